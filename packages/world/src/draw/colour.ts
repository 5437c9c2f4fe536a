/** Hue in degrees, saturation and lightness in 0..100. */
export interface Colour {
  h: number
  s: number
  l: number
}

export const hsl = (h: number, s: number, l: number): Colour => ({ h, s, l })

const clamp = (value: number) => Math.max(0, Math.min(100, value))

/** Lighter by `amount` points of lightness; darker when negative. */
export const lighten = (colour: Colour, amount: number): Colour => ({ ...colour, l: clamp(colour.l + amount) })

export const css = (colour: Colour, alpha = 1): string =>
  `hsla(${colour.h.toFixed(1)},${clamp(colour.s).toFixed(1)}%,${clamp(colour.l).toFixed(1)}%,${alpha})`

export const white = hsl(0, 0, 97)
export const black = hsl(0, 0, 12)
export const steel = hsl(210, 8, 66)
