import type { Colour } from './colour.js'
import { hsl } from './colour.js'

/**
 * How a world draws: everything by which the three places and the web-like pictures differ in look.
 * The distance between `web` and the places sets how hard zero-shot recognition is.
 */
export interface Style {
  name: 'kitchen' | 'workshop' | 'cafe' | 'web'
  /** Width of outlines in centimetres; 0 draws none. */
  outline: number
  /** Lightness points that an outline is darker than its fill. */
  outlineDark: number
  /** Lightness points between the lit and the shaded side. */
  shading: number
  /** Strength of highlights, 0..1. */
  gloss: number
  /** Hues of man-made things. */
  hues: readonly number[]
  saturation: readonly [number, number]
  lightness: readonly [number, number]
  /** Hue jitter in degrees of things with a natural colour. */
  naturalJitter: number
  /** Added to the saturation and lightness of natural colours. */
  naturalShift: readonly [saturation: number, lightness: number]
  /** Chance that a man-made thing carries a pattern. */
  patterned: number
  /** Range of width and height factors by which instances differ. */
  aspect: readonly [number, number]
  /** Strength of the veil laid over a picture, and its colour. */
  tint: { colour: Colour; alpha: number }
  vignette: number
  grain: number
}

export const styles: Record<Style['name'], Style> = {
  kitchen: {
    name: 'kitchen',
    outline: 0,
    outlineDark: 20,
    shading: 26,
    gloss: 0.7,
    hues: [5, 22, 38, 95, 170, 205, 345],
    saturation: [35, 65],
    lightness: [38, 66],
    naturalJitter: 7,
    naturalShift: [-4, 0],
    patterned: 0.4,
    aspect: [0.86, 1.16],
    tint: { colour: hsl(35, 80, 55), alpha: 0.07 },
    vignette: 0.32,
    grain: 0.025,
  },
  workshop: {
    name: 'workshop',
    outline: 0.32,
    outlineDark: 34,
    shading: 12,
    gloss: 0.25,
    hues: [0, 28, 48, 120, 190, 215, 260],
    saturation: [25, 60],
    lightness: [30, 56],
    naturalJitter: 9,
    naturalShift: [-12, -5],
    patterned: 0.3,
    aspect: [0.84, 1.18],
    tint: { colour: hsl(205, 60, 45), alpha: 0.1 },
    vignette: 0.5,
    grain: 0.05,
  },
  cafe: {
    name: 'cafe',
    outline: 0.14,
    outlineDark: 16,
    shading: 18,
    gloss: 0.45,
    hues: [15, 60, 140, 185, 230, 300, 330],
    saturation: [28, 50],
    lightness: [52, 76],
    naturalJitter: 8,
    naturalShift: [-10, 8],
    patterned: 0.5,
    aspect: [0.86, 1.16],
    tint: { colour: hsl(330, 40, 70), alpha: 0.07 },
    vignette: 0.2,
    grain: 0.02,
  },
  web: {
    name: 'web',
    outline: 0.05,
    outlineDark: 25,
    shading: 20,
    gloss: 0.5,
    hues: [0, 30, 50, 80, 130, 165, 200, 225, 270, 310, 340],
    saturation: [45, 90],
    lightness: [35, 70],
    naturalJitter: 12,
    naturalShift: [6, 2],
    patterned: 0.35,
    aspect: [0.78, 1.25],
    tint: { colour: hsl(0, 0, 100), alpha: 0 },
    vignette: 0,
    grain: 0,
  },
}
