import type { Colour } from '../draw/colour.js'
import type { ColourSource, Look } from '../draw/look.js'
import type { Pen, Point } from '../draw/pen.js'

/** What happens to a thing while it is worked on; every value runs from 0 (nothing) to 1 (fully). */
export interface State {
  open: number
  /** 0 where its lid lies elsewhere and is not drawn. */
  lid: number
  level: number
  on: number
  fold: number
  wrap: number
  cut: number
  peel: number
  squeeze: number
  coat: number
  wet: number
  /** Turn of a part (a knob, a nut) in radians. */
  turn: number
}

export const still: State = {
  open: 0,
  lid: 1,
  level: 0.75,
  on: 0,
  fold: 0,
  wrap: 0,
  cut: 0,
  peel: 0,
  squeeze: 0,
  coat: 0,
  wet: 0,
  turn: 0,
}

/** How one kind of thing is drawn and where hands take it. Lengths in centimetres about its centre, x right, y down. */
export interface Art {
  size: readonly [width: number, height: number]
  colour: ColourSource
  /** Stands upright on the table; otherwise it lies flat. */
  stand?: boolean
  /** Where a hand holds it. */
  grip: Point
  /** Where the hand is that opens it, by how far it is open. */
  lid?: (open: number) => Point
  /** Its lid comes off altogether and stays in the hand. */
  lifts?: boolean
  /** Where the hand is that switches it. */
  knob?: Point
  /** Its opening, for what goes in or out. */
  mouth?: Point
  liquid?: Colour
  /** The colour under its skin. */
  inside?: Colour
  draw(pen: Pen, look: Look, state: State): void
}

/** Draws a lid where it is after it was opened: up, aside and tilted. */
export const lifted = (pen: Pen, state: State, aside: number, up: number, draw: () => void): void => {
  if (!state.lid) return
  const { ctx } = pen
  ctx.save()
  ctx.translate(state.open * aside, -state.open * up)
  ctx.rotate(state.open * 0.5)
  draw()
  ctx.restore()
}

/** Handle, lid and glow shared by several families. */
export const ear = (pen: Pen, x: number, y: number, radius: number, colour: Colour, width = 1.3): void => {
  const { ctx } = pen
  const points: Point[] = Array.from({ length: 9 }, (_, i) => {
    const angle = -Math.PI / 2 + (Math.PI * i) / 8
    return [x + Math.sign(x || 1) * Math.cos(angle) * radius, y + Math.sin(angle) * radius * 1.15]
  })
  ctx.save()
  pen.line(points, width, colour, true)
  ctx.restore()
}

/** A small lamp that shows whether a thing is on. */
export const lamp = (pen: Pen, x: number, y: number, radius: number, on: number, h = 130): void => {
  const { ctx } = pen
  if (on > 0.05) {
    const glow = ctx.createRadialGradient(x, y, 0, x, y, radius * 3.5)
    glow.addColorStop(0, `hsla(${h},95%,70%,${(0.9 * on).toFixed(2)})`)
    glow.addColorStop(1, `hsla(${h},95%,60%,0)`)
    ctx.fillStyle = glow
    ctx.beginPath()
    ctx.arc(x, y, radius * 3.5, 0, 2 * Math.PI)
    ctx.fill()
  }
  pen.ellipse(x, y, radius, radius, { h, s: 20 + 70 * on, l: 22 + 45 * on }, { shade: 'flat' })
}
