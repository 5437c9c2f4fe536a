import type { ProgramName } from '../motion/index.js'
import { pairs } from '../motion/index.js'
import type { PlaceName } from './names.js'
import { cleanName } from './names.js'
import { nounTables } from './nouns.js'
import { castings, verbTables } from './verbs.js'

/** A class of a place: its number, its name as the dataset's files write it, and the same cleaned. */
export interface ClassName {
  id: number
  key: string
  name: string
}

export interface NounClass extends ClassName {
  /** The kind of thing that is drawn. */
  art: string
}

export interface VerbClass extends ClassName {
  program: ProgramName
  /** Ids of the nouns that go with it. */
  nouns: readonly number[]
  /** Id of the verb that is this one run backwards, where the place has it. */
  reverse?: number
}

export interface Vocabulary {
  place: PlaceName
  verbs: readonly VerbClass[]
  nouns: readonly NounClass[]
}

const made = new Map<PlaceName, Vocabulary>()

/**
 * The verbs and nouns of a place, commonest first; a class's id is its position.
 *
 * @example vocabulary('kitchen').verbs[0] // { id: 0, key: 'take', name: 'take', program: 'take', ... }
 */
export function vocabulary(place: PlaceName): Vocabulary {
  const known = made.get(place)
  if (known) return known
  const nouns = nounTables[place].map(([art, key], id) => ({ id, key, name: cleanName(place, key), art }))
  const table = verbTables[place]
  const verbs = table.map(([program, key], id) => {
    const wanted = castings[program].nouns
    const going = nouns.filter((noun) => wanted === 'graspable' || wanted.includes(noun.art)).map((noun) => noun.id)
    const pair = pairs.find((names) => names.includes(program))
    const reverse = pair ? table.findIndex(([other]) => pair.includes(other) && other !== program) : -1
    return { id, key, name: cleanName(place, key), program, nouns: going, ...(reverse >= 0 ? { reverse } : {}) }
  })
  const result: Vocabulary = { place, verbs, nouns }
  made.set(place, result)
  return result
}

/** How often a class of rank `rank` is drawn, relative to the others: a long tail. */
export const tailWeight = (rank: number): number => 1 / (rank + 3) ** 0.9
