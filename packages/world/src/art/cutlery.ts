import type { Colour } from '../draw/colour.js'
import { hsl, lighten } from '../draw/colour.js'
import type { Pen } from '../draw/pen.js'
import type { Art } from './art.js'

const metal = (look: { p: readonly number[] }): Colour => hsl(210, 6, 66 + 10 * look.p[3]!)

/** A handle along x from `from` to `to`. */
const handle = (pen: Pen, from: number, to: number, width: number, colour: Colour) =>
  pen.rect(from, -width / 2, to - from, width, width * 0.48, colour)

export const cutlery: Record<string, Art> = {
  knife: {
    size: [21, 4.4],
    colour: 'any',
    grip: [6.4, 0],
    draw(pen, look) {
      pen.poly([2, -1.5, -8, -1.3, -10.2, 0.6, -8.2, 1.6, 2, 1.6], metal(look))
      pen.line([-9.4, 1, 2, 1.3], 0.25, hsl(210, 10, 90))
      handle(pen, 2, 10.2, 2.3, look.p[0]! > 0.5 ? hsl(20, 30, 22) : look.main)
      for (const x of [4, 6.2, 8.4]) pen.ellipse(x, 0, 0.35, 0.35, hsl(45, 20, 76), { shade: 'flat', outline: false })
    },
  },
  spoon: {
    size: [18, 5],
    colour: 'metal',
    grip: [5.4, 0],
    draw(pen, look) {
      const colour = look.p[0]! > 0.7 ? hsl(30, 48, 55) : look.main
      handle(pen, -3.6, 8.8, 1.1, colour)
      pen.ellipse(-5.6, 0, 3.3, 2.3, colour, { shade: 'front' })
      pen.ellipse(-5.7, 0.1, 2.5, 1.6, lighten(colour, -15), { shade: 'front' })
      pen.shine(-6.4, -0.5, 0.9, 0.4)
    },
  },
  fork: {
    size: [18, 5],
    colour: 'metal',
    grip: [5.4, 0],
    draw(pen, look) {
      handle(pen, -2.6, 8.8, 1.1, look.main)
      pen.poly([-2, -0.5, -3.4, -2, -4.6, -2, -4.6, 2, -3.4, 2, -2, 0.5], look.main)
      for (const y of [-1.6, -0.55, 0.55, 1.6])
        pen.line(
          [
            [-4.4, y],
            [-8.6, y],
          ],
          0.6,
          look.main,
        )
    },
  },
  spatula: {
    size: [21, 6],
    colour: 'any',
    grip: [6.4, 0],
    draw(pen, look) {
      handle(pen, -2, 10, 1.4, look.p[0]! > 0.5 ? hsl(28, 50, 50) : hsl(0, 0, 22))
      pen.poly([-2, -0.8, -3.4, -2.5, -10, -2.8, -10, 2.8, -3.4, 2.5, -2, 0.8], look.main)
      for (const y of [-1.3, 0, 1.3])
        pen.line(
          [
            [-8.4, y],
            [-4.6, y],
          ],
          0.6,
          lighten(look.main, -24),
        )
    },
  },
  whisk: {
    size: [20, 6],
    colour: 'any',
    grip: [6, 0],
    draw(pen, look) {
      const wire = hsl(210, 8, 70)
      for (const bend of [-2.9, -1.5, 0, 1.5, 2.9])
        pen.line(
          [
            [1, 0],
            [-4.4, bend * 1.25],
            [-9.6, bend * 0.35],
          ],
          0.35,
          wire,
          true,
        )
      pen.line([-9.4, -1, -9.9, 0, -9.4, 1], 0.35, wire, true)
      handle(pen, 0.6, 9.6, 1.7, look.main)
    },
  },
  board: {
    size: [24, 15],
    colour: 'wood',
    grip: [10, 1],
    draw(pen, look) {
      const { ctx } = pen
      pen.rect(-11.6, -6.4, 23.2, 13.8, 1.8, lighten(look.main, -16))
      pen.rect(-11.6, -7.2, 23.2, 13.8, 1.8, look.main)
      ctx.globalAlpha *= 0.5
      for (let i = 0; i < 6; i++)
        pen.line(
          [
            [-10.4, -5.8 + i * 2.2],
            [0, -5.4 + i * 2.2 + look.p[i]!],
            [10.4, -5.8 + i * 2.2],
          ],
          0.25,
          lighten(look.main, -14),
          true,
        )
      ctx.globalAlpha /= 0.5
      pen.ellipse(9.4, -0.2, 0.9, 0.9, hsl(25, 30, 18), { shade: 'flat' })
    },
  },
  tongs: {
    size: [20, 6],
    colour: 'metal',
    grip: [5, 0],
    draw(pen, look, state) {
      const gap = 0.6 + 1.6 * (1 - state.squeeze)
      for (const side of [-1, 1])
        pen.line(
          [
            [9, 0],
            [2, side * gap * 1.2],
            [-7.6, side * gap],
            [-9.4, side * gap * 0.4],
          ],
          1,
          look.main,
          true,
        )
      pen.ellipse(8.9, 0, 1, 1, look.accent)
    },
  },
  tray: {
    size: [26, 14],
    colour: 'any',
    grip: [11.6, 1],
    draw(pen, look) {
      pen.rect(-12.6, -6.2, 25.2, 13, 2, lighten(look.main, -18))
      pen.rect(-12.6, -6.8, 25.2, 12.6, 2, look.main)
      pen.rect(-11, -5.4, 22, 9.8, 1.4, lighten(look.main, -9), { pattern: look })
    },
  },
}
