import { vocabulary } from '@egolens/world'

/** Every word in the names of the two places' verbs and nouns, after one that stands for all others. */
export function worldWords(): string[] {
  const names = (['kitchen', 'workshop'] as const).flatMap((place) => {
    const { verbs, nouns } = vocabulary(place)
    return [...verbs, ...nouns].map((entry) => entry.name)
  })
  const words = new Set(names.flatMap((name) => name.toLowerCase().split(/[^a-z]+/)))
  return ['<unknown>', ...[...words].filter((word) => word !== '')]
}
