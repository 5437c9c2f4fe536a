import type { Random } from '../random.js'
import { nounWords } from '../web/words.js'
import type { Moment } from './moments.js'
import { phrases } from './phrases.js'

/** How somebody narrates: which turns of phrase, and how often other words than the class's own. */
export interface Narrator {
  /** Chance to name the hand, where one hand works alone. */
  hand: number
  /** Chance to name the other thing that takes part. */
  other: number
  /** Chance of another phrase than the plainest, and of another word for the noun. */
  variety: number
}

/** The plainest sentence about an action: "C takes the cup." */
export const plainly = ({ program, noun }: Moment): string => sentence(phrases[program].does[0], noun)

/** What an action is called in the infinitive: "take the cup". */
export const named = ({ verb, noun }: Moment): string => `${verb} the ${noun}`

/** A sentence about an action as a narrator might say it. */
export function narrate(moment: Moment, narrator: Narrator, random: Random): string {
  const { program, noun, art, other, oneHanded, action } = moment
  const { does, with: both } = phrases[program]
  const varied = random.chance(narrator.variety)
  const word = varied ? random.pick(nounWords.get(art) ?? [noun]) : noun
  const thing = other === undefined ? undefined : (nounWords.get(other)?.[0] ?? other)
  const pattern =
    both && thing && random.chance(narrator.other) ? both.replace('{o}', thing) : varied ? random.pick(does) : does[0]
  const hand = action.side === 1 ? 'right' : 'left'
  const tail = oneHanded && random.chance(narrator.hand) ? ` with ${random.pick(['the', 'their'])} ${hand} hand` : ''
  return sentence(pattern + tail, word)
}

/** What is said where the narrator does not know what the thing is. */
export const unsurely = ({ program }: Moment): string => sentence(phrases[program].does[0], 'object')

const sentence = (pattern: string, noun: string): string => `C ${pattern.replace('{n}', noun)}.`
