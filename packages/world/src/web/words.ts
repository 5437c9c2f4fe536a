import type { ProgramName } from '../motion/index.js'
import { cleanName, placeNames } from '../place/names.js'
import { nounTables } from '../place/nouns.js'

/** Kinds that are no class of a place but are seen in the web-like pictures. */
const others: Readonly<Record<string, readonly string[]>> = {
  peeler: ['peeler'],
  sandpaper: ['sandpaper'],
  foil: ['foil'],
  socket: ['socket'],
}

/** Further words that people use. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  cup: ['mug'],
  pot: ['saucepan'],
  napkin: ['napkin'],
  paper: ['sheet of paper'],
  pliers: ['pliers'],
  nut: ['nut'],
  light: ['lamp'],
  pepper: ['pepper'],
  container: ['box with a lid'],
}

/** Every kind of thing with the names under which captions speak of it: the class names of all places first. */
export const nounWords: ReadonlyMap<string, readonly string[]> = (() => {
  const words = new Map<string, string[]>()
  const note = (art: string, name: string) => {
    const known = words.get(art) ?? []
    if (!known.includes(name)) words.set(art, [...known, name])
  }
  for (const place of placeNames) for (const [art, key] of nounTables[place]) note(art, cleanName(place, key))
  for (const [art, names] of [...Object.entries(others), ...Object.entries(synonyms)])
    for (const name of names) note(art, name)
  return words
})()

/** How captions speak of a program: words for it, and the preposition before the noun. */
export const verbWords: Readonly<Record<ProgramName, readonly string[]>> = {
  take: ['taking', 'picking up'],
  put: ['putting down', 'placing'],
  open: ['opening'],
  close: ['closing'],
  turnOn: ['turning on'],
  turnOff: ['turning off'],
  insert: ['inserting'],
  remove: ['removing'],
  pour: ['pouring from'],
  fill: ['filling'],
  wrap: ['wrapping'],
  unwrap: ['unwrapping'],
  attach: ['attaching'],
  detach: ['detaching'],
  screw: ['screwing'],
  unscrew: ['unscrewing'],
  push: ['pushing'],
  pull: ['pulling'],
  fold: ['folding'],
  unfold: ['unfolding'],
  cut: ['cutting'],
  stir: ['mixing in', 'stirring'],
  wash: ['washing'],
  wipe: ['wiping', 'cleaning'],
  shake: ['shaking'],
  peel: ['peeling'],
  flip: ['flipping'],
  squeeze: ['squeezing'],
  sprinkle: ['sprinkling from'],
  scoop: ['scooping from'],
  press: ['pressing'],
  inspect: ['inspecting', 'reading'],
  divide: ['dividing', 'pulling apart'],
  hit: ['hitting'],
  sand: ['sanding'],
  drill: ['drilling'],
  paint: ['painting'],
  spread: ['spreading on'],
  measure: ['measuring'],
}

const names: readonly (readonly [from: number, name: string])[] = [
  [0, 'red'],
  [16, 'orange'],
  [44, 'yellow'],
  [70, 'green'],
  [160, 'turquoise'],
  [188, 'blue'],
  [252, 'purple'],
  [310, 'pink'],
  [345, 'red'],
]

/** The plain word for a colour. */
export function colourWord({ h, s, l }: { h: number; s: number; l: number }): string {
  if (l > 88) return 'white'
  if (l < 18) return 'black'
  if (s < 14) return 'grey'
  const hue = ((h % 360) + 360) % 360
  const word = names.findLast(([from]) => hue >= from)?.[1] ?? 'red'
  return word === 'orange' && l < 45 ? 'brown' : word
}

export const article = (word: string): string => (/^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`)
