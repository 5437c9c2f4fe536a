import type { SKRSContext2D } from '@napi-rs/canvas'
import { css, hsl } from '../draw/colour.js'
import { type Style, styles } from '../draw/style.js'
import type { Random } from '../random.js'

/**
 * Pictures on the web are drawn and taken in many ways: every picture has a style of its own within these ranges. The
 * wider they are, the better what is learned from them carries over to the places.
 */
export const webLooks = {
  outline: [0, 0.36],
  outlineDark: [12, 38],
  shading: [8, 30],
  gloss: [0.15, 0.8],
  /** Added to the saturation and lightness of natural colours. */
  saturationShift: [-16, 8],
  lightnessShift: [-8, 8],
  /** Strongest coloured veil, darkening of the corners, and noise. */
  veil: 0.16,
  vignette: 0.5,
  grain: 0.07,
  /** Share of grounds that carry planks, checks, stripes or speckles. */
  textured: 0.5,
  /** Most plain shapes, cut off by the border, that stand about. */
  shapes: 4,
} as const

/** The style of one picture. */
export function webStyle(random: Random): Style {
  const range = ([low, high]: readonly [number, number]) => random.range(low, high)
  return {
    ...styles.web,
    outline: random.chance(0.35) ? 0 : range(webLooks.outline),
    outlineDark: range(webLooks.outlineDark),
    shading: range(webLooks.shading),
    gloss: range(webLooks.gloss),
    naturalShift: [range(webLooks.saturationShift), range(webLooks.lightnessShift)],
  }
}

/** Planks, checks, stripes or speckles over a ground that is there. */
export function paintTexture(ctx: SKRSContext2D, size: number, random: Random): void {
  const kind = random.pick(['planks', 'checks', 'speckles'] as const)
  const step = size * random.range(0.06, 0.25)
  const dark = `rgba(20,15,10,${random.range(0.05, 0.25)})`
  ctx.fillStyle = dark
  ctx.save()
  ctx.translate(size / 2, size / 2)
  ctx.rotate(random.range(-0.6, 0.6))
  if (kind === 'speckles') {
    for (let i = 0; i < 60; i++) {
      const [x, y] = [random.range(-size, size), random.range(-size, size)]
      ctx.fillRect(x, y, random.range(1, size * 0.05), random.range(1, size * 0.03))
    }
  } else {
    for (let x = -size; x < size; x += step) {
      ctx.fillRect(x, -size, kind === 'planks' ? size * 0.012 : step / 2, 2 * size)
      if (kind === 'checks') ctx.fillRect(-size, x, 2 * size, step / 2)
    }
  }
  ctx.restore()
}

/** Plain rounded shapes at the border: whatever else is in a picture, without being a thing. */
export function paintShapes(ctx: SKRSContext2D, size: number, random: Random): void {
  const count = random.int(webLooks.shapes + 1)
  for (let i = 0; i < count; i++) {
    const angle = random.range(0, 2 * Math.PI)
    const [x, y] = [0.5 + 0.55 * Math.cos(angle), 0.5 + 0.55 * Math.sin(angle)].map((at) => at * size) as [
      number,
      number,
    ]
    const [w, h] = [random.range(0.1, 0.4) * size, random.range(0.1, 0.4) * size]
    ctx.fillStyle = css(hsl(random.range(0, 360), random.range(5, 70), random.range(15, 80)))
    ctx.beginPath()
    if (random.chance(0.5)) ctx.ellipse(x, y, w / 2, h / 2, random.range(0, Math.PI), 0, 2 * Math.PI)
    else ctx.roundRect(x - w / 2, y - h / 2, w, h, random.range(0, w / 3))
    ctx.fill()
  }
}

/** A coloured veil, dark corners and noise over the finished picture. */
export function paintVeil(ctx: SKRSContext2D, size: number, random: Random): void {
  ctx.fillStyle = css(
    hsl(random.range(0, 360), random.range(30, 80), random.range(20, 70)),
    random.next() * webLooks.veil,
  )
  ctx.fillRect(0, 0, size, size)
  const corners = ctx.createRadialGradient(size / 2, size / 2, size * 0.35, size / 2, size / 2, size * 0.75)
  corners.addColorStop(0, 'rgba(5,5,10,0)')
  corners.addColorStop(1, `rgba(5,5,10,${random.next() * webLooks.vignette})`)
  ctx.fillStyle = corners
  ctx.fillRect(0, 0, size, size)
}

/** Strength of a picture's noise: the share of 255 that a channel may change. */
export const grainOf = (random: Random): number => (random.chance(0.5) ? 0 : random.next() * webLooks.grain)
