import type { PlaceName } from '../place/names.js'
import { tailWeight, vocabulary } from '../place/vocabulary.js'
import type { Random } from '../random.js'

export interface Label {
  verb: number
  noun: number
}

/**
 * Labels of a number of clips, in random order: class counts have a long tail, yet every verb and noun occurs
 * once the number is large enough. Half are drawn verb first, half noun first, so that neither tail vanishes.
 */
export function drawLabels(place: PlaceName, count: number, random: Random, allowed?: ReadonlySet<string>): Label[] {
  const { verbs, nouns } = vocabulary(place)
  const usable = verbs.filter((verb) => !allowed || allowed.has(verb.program))
  const withVerb = (verb: (typeof usable)[number]): Label => ({
    verb: verb.id,
    noun: random.weighted(verb.nouns, verb.nouns.map(tailWeight)),
  })
  const withNoun = (noun: number): Label => {
    const going = usable.filter((verb) => verb.nouns.includes(noun))
    // Verbs that go with every noun would take half of all clips: they count less here.
    const weights = going.map((verb) => tailWeight(verb.id) / verb.nouns.length ** 0.6)
    return { verb: random.weighted(going, weights).id, noun }
  }
  const able = nouns.filter((noun) => usable.some((verb) => verb.nouns.includes(noun.id))).map((noun) => noun.id)
  const labels: Label[] = []
  const floorOf = (share: number) => (count >= 100 ? Math.floor(count / share) + 1 : 0)
  for (const verb of usable) for (let i = 0; i < floorOf(160); i++) labels.push(withVerb(verb))
  for (const noun of able) for (let i = 0; i < floorOf(300); i++) labels.push(withNoun(noun))
  while (labels.length < count) {
    if (random.chance(0.5))
      labels.push(
        withVerb(
          random.weighted(
            usable,
            usable.map((verb) => tailWeight(verb.id)),
          ),
        ),
      )
    else labels.push(withNoun(random.weighted(able, able.map(tailWeight))))
  }
  return random.shuffle(labels).slice(0, count)
}
