import { Random } from '../random.js'
import type { Colour } from './colour.js'
import { hsl } from './colour.js'
import type { Style } from './style.js'

/** Where the colour of a thing comes from: the style's palette, a material, or nature (ranges of hue, saturation, lightness). */
export type ColourSource =
  | 'any'
  | 'metal'
  | 'wood'
  | 'dark'
  | 'pale'
  | { h: readonly [number, number]; s: readonly [number, number]; l: readonly [number, number] }

export type Pattern = 'plain' | 'stripes' | 'dots' | 'band' | 'checks'

/** One instance of a thing: what its asset seed decides. Lengths are factors on the nominal size. */
export interface Look {
  seed: number
  main: Colour
  second: Colour
  accent: Colour
  pattern: Pattern
  wide: number
  tall: number
  size: number
  /** Eight numbers in 0..1 for what else a drawing leaves open. */
  p: readonly number[]
}

function colourFrom(source: ColourSource, style: Style, random: Random): Colour {
  const { range } = { range: (pair: readonly [number, number]) => random.range(pair[0], pair[1]) }
  if (source === 'any')
    return hsl(random.pick(style.hues) + random.range(-8, 8), range(style.saturation), range(style.lightness))
  const [ds, dl] = style.naturalShift
  if (source === 'metal') return hsl(random.range(195, 230), random.range(3, 12), random.range(58, 74) + dl)
  if (source === 'wood') return hsl(random.range(22, 38), random.range(35, 52) + ds, random.range(44, 66) + dl)
  if (source === 'dark') return hsl(random.range(190, 260), random.range(4, 14), random.range(18, 32))
  if (source === 'pale') return hsl(random.range(30, 60), random.range(8, 30), random.range(84, 93))
  const jitter = random.range(-style.naturalJitter, style.naturalJitter)
  return hsl(range(source.h) + jitter, range(source.s) + ds, range(source.l) + dl)
}

/** The instance that an asset seed stands for in a style: same seed and style, same look. */
export function lookOf(seed: number, source: ColourSource, style: Style): Look {
  const random = new Random(seed)
  const main = colourFrom(source, style, random)
  const second = colourFrom('any', style, random)
  const accent = colourFrom('any', style, random)
  const pattern = random.chance(style.patterned) ? random.pick(['stripes', 'dots', 'band', 'checks'] as const) : 'plain'
  const [low, high] = style.aspect
  return {
    seed,
    main,
    second,
    accent,
    pattern,
    wide: random.range(low, high),
    tall: random.range(low, high),
    size: random.range(0.92, 1.1),
    p: Array.from({ length: 8 }, () => random.next()),
  }
}
