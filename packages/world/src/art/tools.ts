import type { Colour } from '../draw/colour.js'
import { hsl, lighten } from '../draw/colour.js'
import type { Pen } from '../draw/pen.js'
import type { Art } from './art.js'

const grey = (look: { p: readonly number[] }): Colour => hsl(212, 7, 52 + 14 * look.p[3]!)
const bar = (pen: Pen, from: number, to: number, width: number, colour: Colour, radius = width * 0.45) =>
  pen.rect(from, -width / 2, to - from, width, radius, colour)

/** Tools held by a handle that points along +x. */
export const tools: Record<string, Art> = {
  hammer: {
    size: [21, 9],
    colour: 'wood',
    grip: [5.6, 0],
    draw(pen, look) {
      bar(pen, -7, 9.8, 1.9, look.p[0]! > 0.5 ? look.main : look.second)
      pen.poly([-9.4, -3.6, -6, -3.6, -6, 2.4, -6.6, 4, -8.8, 4, -9.4, 2.4], grey(look))
      pen.poly([-9.2, -3.4, -8, -4.6, -6.2, -3.4], lighten(grey(look), -10))
    },
  },
  screwdriver: {
    size: [20, 4],
    colour: 'any',
    grip: [5.6, 0],
    draw(pen, look) {
      bar(pen, -8.4, 2, 0.9, grey(look))
      pen.poly([-8.2, -0.5, -9.8, -0.9, -9.8, 0.9, -8.2, 0.5], grey(look))
      bar(pen, 1.4, 9.6, 3.1, look.main)
      for (const y of [-0.8, 0, 0.8])
        pen.line(
          [
            [3, y],
            [8.6, y],
          ],
          0.28,
          lighten(look.main, -18),
        )
    },
  },
  wrench: {
    size: [21, 7],
    colour: 'metal',
    grip: [4.6, 0],
    draw(pen, look) {
      bar(pen, -6, 7.6, 1.9, look.main)
      for (const side of [-1, 1])
        pen.poly(
          [
            [-5, side * 0.4],
            [-6.4, side * 3],
            [-9.8, side * 3],
            [-9.2, side * 1.2],
            [-7.2, side * 0.9],
          ],
          look.main,
        )
      pen.ellipse(7.8, 0, 2.2, 2.2, look.main)
      pen.ellipse(7.8, 0, 1.1, 1.1, hsl(0, 0, 14), { shade: 'flat' })
      pen.line([-3, 0, 4, 0], 0.5, lighten(look.main, -14))
    },
  },
  drill: {
    size: [19, 14],
    colour: 'any',
    grip: [4, 3.4],
    knob: [2.6, 0.6],
    draw(pen, look, state) {
      bar(pen, -9.4, -5, 0.8, hsl(210, 8, 46 + 14 * Math.abs(Math.sin(state.turn))))
      pen.poly([-6.4, -4, -4, -4.6, -4, -0.4, -6.4, -1.2], hsl(0, 0, 24))
      pen.rect(-4.4, -5.4, 11.4, 5.4, 1.6, look.main)
      pen.poly([1.6, -0.8, 6, -0.8, 7.8, 5, 3.6, 5], hsl(0, 0, 22))
      pen.rect(2.4, 4.4, 7, 2.4, 0.6, lighten(look.main, -8))
      pen.rect(0.8, -0.2, 1.2, 1.8, 0.4, hsl(0, 75, 45))
      for (const x of [0, 1.4, 2.8])
        pen.line(
          [
            [x, -4.4],
            [x, -2],
          ],
          0.35,
          hsl(0, 0, 20),
        )
      if (state.on > 0.3) pen.ellipse(5.4, -4, 0.6, 0.5, hsl(120, 90, 60), { shade: 'flat' })
    },
  },
  saw: {
    size: [24, 8],
    colour: 'wood',
    grip: [8, 0.4],
    draw(pen, look) {
      const teeth = Array.from({ length: 21 }, (_, i) => [-11 + i * 0.72, i % 2 ? 2.5 : 1.6] as const)
      pen.poly([[4, -2.4], [-11, -0.4], ...teeth, [4, 2.6]], hsl(210, 6, 72))
      pen.poly([3.6, -3, 10, -3.6, 11.6, 0, 10.4, 3.6, 4, 3.2], look.main, { smooth: true })
      pen.ellipse(8, 0, 1.6, 1.1, hsl(0, 0, 16), { shade: 'flat' })
    },
  },
  pliers: {
    size: [18, 9],
    colour: 'any',
    grip: [4.6, 0],
    draw(pen, look, state) {
      const gap = 1.2 + 1.2 * state.open
      for (const side of [-1, 1]) {
        pen.line(
          [
            [-1.6, side * 0.3],
            [3, side * gap * 1.2],
            [8.2, side * gap * 1.5],
          ],
          1.7,
          look.main,
          true,
        )
        pen.poly(
          [
            [-1, side * 1.2],
            [-4, side * (0.9 + gap * 0.5)],
            [-8.4, side * (0.2 + gap * 0.22)],
            [-8, side * 0.1],
            [-1, side * -0.4],
          ],
          grey(look),
        )
      }
      pen.ellipse(-1.6, 0, 1.2, 1.2, lighten(grey(look), -14))
    },
  },
  chisel: {
    size: [19, 4],
    colour: 'wood',
    grip: [5, 0],
    draw(pen, look) {
      pen.poly([1, -0.7, -5, -1.3, -9.4, -1.4, -9, 1.4, -5, 1.3, 1, 0.7], hsl(210, 6, 70))
      pen.line([-9.1, -1.2, -8.4, 1.2], 0.3, hsl(210, 20, 92))
      bar(pen, 0.8, 8, 2.7, look.main, 1.2)
      bar(pen, 7.4, 9.4, 3.1, hsl(210, 6, 46))
    },
  },
  clamp: {
    size: [15, 14],
    colour: 'any',
    grip: [4, 3.4],
    draw(pen, look, state) {
      pen.line(
        [
          [3.4, 4.6],
          [3.4, 0.6 - 1.6 * state.fold],
        ],
        0.9,
        grey(look),
      )
      pen.line([-3.8, -5, -5.4, -5, -5.6, 4.6, 4.6, 4.6], 2.2, look.main)
      pen.line([-5.4, -5, 4.2, -5], 2.2, look.main)
      pen.ellipse(3.4, -3.4, 1.2, 0.6, grey(look))
      pen.ellipse(3.4, 0.4 - 1.6 * state.fold, 1.3, 0.6, grey(look))
      pen.line(
        [
          [3.4 - 2.4 * Math.cos(state.turn), 6.4],
          [3.4 + 2.4 * Math.cos(state.turn), 6.4],
        ],
        0.8,
        grey(look),
      )
      pen.line([3.4, 4.6, 3.4, 6.4], 0.9, grey(look))
    },
  },
  ruler: {
    size: [23, 4],
    colour: { h: [42, 52], s: [55, 80], l: [58, 68] },
    grip: [7, 0.6],
    draw(pen, look) {
      const colour = look.p[0]! > 0.6 ? hsl(210, 6, 76) : look.main
      pen.rect(-11.2, -1.7, 22.4, 3.4, 0.3, colour)
      for (let i = 0; i < 22; i++)
        pen.line(
          [
            [-10.5 + i, -1.5],
            [-10.5 + i, i % 5 ? -0.6 : 0.4],
          ],
          0.2,
          hsl(0, 0, 16),
        )
      pen.ellipse(10.2, 0.4, 0.4, 0.4, hsl(0, 0, 24), { shade: 'flat' })
    },
  },
  paintbrush: {
    size: [20, 6],
    colour: 'any',
    grip: [5.4, 0],
    draw(pen, look) {
      pen.poly([-5, -2.4, -9.6, -2, -9.8, 1.8, -5, 2.4], look.p[0]! > 0.5 ? hsl(36, 40, 68) : look.accent)
      for (const y of [-1.3, -0.4, 0.5, 1.4])
        pen.line(
          [
            [-9.2, y],
            [-5, y],
          ],
          0.2,
          hsl(30, 30, 40),
        )
      pen.rect(-5.2, -2.5, 3.2, 5, 0.3, hsl(210, 6, 68))
      pen.poly([-2, -2.2, 1.4, -0.9, 8.6, -1.2, 9.6, 0, 8.6, 1.2, 1.4, 0.9, -2, 2.2], look.main)
    },
  },
  brush: {
    size: [20, 7],
    colour: 'any',
    grip: [6, -0.8],
    draw(pen, look) {
      for (let x = -9; x <= 0; x += 0.8)
        pen.line(
          [
            [x, 0.2],
            [x - 0.2, 3.2],
          ],
          0.5,
          look.p[0]! > 0.5 ? hsl(44, 40, 74) : look.accent,
        )
      pen.rect(-9.6, -1.8, 10.4, 2.4, 0.9, look.main)
      pen.poly([0, -1.7, 8.8, -1.9, 9.8, -0.8, 8.8, 0.3, 0, 0.4], look.main)
      pen.ellipse(8.6, -0.8, 0.4, 0.4, hsl(0, 0, 18), { shade: 'flat' })
    },
  },
  scissors: {
    size: [19, 10],
    colour: 'any',
    grip: [5.6, 0],
    lid: (open) => [5.8, -1.4 - 2.6 * open],
    draw(pen, look, state) {
      const { ctx } = pen
      for (const side of [-1, 1]) {
        ctx.save()
        ctx.rotate(side * (0.07 + 0.34 * state.open))
        pen.poly([0.6, -0.8, -8.8, 0, 0.6, 0.8], hsl(210, 6, 72))
        pen.line(
          [
            [0.6, 0],
            [3.4, side * -0.7],
          ],
          0.9,
          look.main,
        )
        ctx.lineWidth = 1.15
        ctx.strokeStyle = `hsl(${look.main.h},${look.main.s}%,${look.main.l}%)`
        ctx.beginPath()
        ctx.ellipse(5.9, side * -1.6, 2.5, 1.8, side * -0.2, 0, 2 * Math.PI)
        ctx.stroke()
        ctx.restore()
      }
      pen.ellipse(0, 0, 0.6, 0.6, hsl(0, 0, 40), { shade: 'flat' })
    },
  },
  peeler: {
    size: [15, 5],
    colour: 'any',
    grip: [4, 0],
    draw(pen, look) {
      bar(pen, -1, 7, 1.9, look.main)
      pen.line([-1, 0, -2.6, -1.8, -6.6, -1.6, -6.6, 1.6, -2.6, 1.8, -1, 0], 0.7, hsl(210, 6, 64))
      pen.line([-2.8, 0, -6.4, 0], 0.9, hsl(210, 8, 78))
    },
  },
}
