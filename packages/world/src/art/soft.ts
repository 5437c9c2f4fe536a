import { hsl, lighten, white } from '../draw/colour.js'
import type { Point } from '../draw/pen.js'
import type { Art } from './art.js'

export const soft: Record<string, Art> = {
  cloth: {
    size: [17, 13],
    colour: 'any',
    grip: [6, 1],
    draw(pen, look, state) {
      const wave = (i: number) => 0.7 * Math.sin(i * 1.7 + look.p[0]! * 6)
      const half = 8.2 * (1 - 0.5 * state.fold)
      const edge: Point[] = [
        [-8.2, -5.6 + wave(0)],
        [-3, -6.1 + wave(1) * 0.6],
        [2 * half - 11, -5.5 + wave(2) * 0.6],
        [2 * half - 8.2, -5.8 + wave(3)],
        [2 * half - 8.4, 0],
        [2 * half - 8.2, 5.7 + wave(4)],
        [2 * half - 12, 6 + wave(5) * 0.6],
        [-3, 5.7],
        [-8.2, 5.9 + wave(6)],
        [-7.9, 0],
      ]
      pen.poly(edge, look.main, {
        smooth: true,
        pattern: look.pattern === 'plain' ? { ...look, pattern: 'checks' } : look,
      })
      for (const x of [-5.4, -1.6])
        pen.line(
          [
            [x, -4.6],
            [x + 1.2, 0],
            [x - 0.4, 4.6],
          ],
          0.35,
          lighten(look.main, -12),
          true,
        )
      if (state.fold > 0.04)
        pen.line(
          [
            [2 * half - 8.4, -5],
            [2 * half - 8.4, 5],
          ],
          0.5 + state.fold,
          lighten(look.main, 16),
        )
    },
  },
  paper: {
    size: [15, 12],
    colour: 'pale',
    grip: [5.4, 1],
    inside: hsl(50, 20, 90),
    draw(pen, look, state) {
      const right = 7 - 7 * state.fold
      pen.poly(
        [
          [-7, -5.6],
          [right, -5.6],
          [right, 5.6],
          [-7, 5.6],
        ],
        lighten(look.main, 4),
      )
      const ink = hsl(230, 20, 40)
      for (let row = 0; row < 6; row++)
        pen.line(
          [
            [-5.6, -3.8 + row * 1.5],
            [Math.max(-5, right - 1.6 - 2 * look.p[row]!), -3.8 + row * 1.5],
          ],
          0.28,
          ink,
        )
      if (state.fold > 0.04)
        pen.poly(
          [
            [right, -5.6],
            [right - 7 * state.fold, -5.2],
            [right - 7 * state.fold, 6],
            [right, 5.6],
          ],
          lighten(look.main, -6),
        )
      else pen.poly([7, -5.6, 4.6, -5.6, 7, -3.2], lighten(look.main, -14))
    },
  },
  napkin: {
    size: [13, 11],
    colour: 'pale',
    grip: [4.6, 1],
    draw(pen, look, state) {
      const right = 6 - 6 * state.fold
      pen.poly(
        [
          [-6, -4.6],
          [0, -5.4],
          [right, -4.6],
          [right, 4.8],
          [0, 5.4],
          [-6, 4.8],
        ],
        look.main,
        { pattern: { ...look, pattern: 'dots' } },
      )
      pen.line(
        [
          [-5, -3.4],
          [right - 1, 3.6],
        ],
        0.3,
        lighten(look.main, -14),
      )
    },
  },
  bag: {
    size: [15, 17],
    colour: 'any',
    stand: true,
    grip: [4.6, 0],
    mouth: [0, -5],
    lid: (open) => [3 + open * 3, -5 - open * 3],
    draw(pen, look, state) {
      const gape = 1 + 2.6 * state.open
      pen.line([-3.4, -5, -2.4, -8.2, 2.4, -8.2, 3.4, -5], 0.7, lighten(look.main, -14), true)
      pen.poly(
        [
          [-5.4 - state.open, -5.4],
          [5.4 + state.open, -5.4],
          [6.8, 2],
          [5.8, 7.8],
          [-5.8, 7.8],
          [-6.8, 2],
        ],
        look.main,
        { pattern: look },
      )
      pen.ellipse(0, -5.4, 5.2 + state.open, gape * 0.75, lighten(look.main, -28), { shade: 'flat' })
      pen.line([-3, -3, -3.8, 5], 0.3, lighten(look.main, -10))
      pen.line([2.8, -3, 3.6, 5.4], 0.3, lighten(look.main, -10))
    },
  },
  glove: {
    size: [12, 15],
    colour: 'any',
    grip: [2.6, 4],
    draw(pen, look) {
      for (const [x, top] of [
        [-3.2, -4.6],
        [-1.1, -6.2],
        [1, -6],
        [3, -4.8],
      ] as const)
        pen.line(
          [
            [x * 0.85, 1],
            [x, top],
          ],
          1.9,
          look.main,
        )
      pen.line([3, 2, 5.4, -1], 1.9, look.main)
      pen.rect(-4, -0.8, 8, 5.6, 1.6, look.main, { outline: false })
      pen.rect(-3.6, 4.2, 7.2, 2.9, 0.7, look.second)
      for (const y of [5, 6])
        pen.line(
          [
            [-3.2, y],
            [3.2, y],
          ],
          0.25,
          lighten(look.second, -14),
        )
    },
  },
  sponge: {
    size: [13, 8],
    colour: { h: [44, 54], s: [80, 92], l: [54, 62] },
    stand: true,
    grip: [4, 0.4],
    draw(pen, look) {
      const green = hsl(look.p[0]! > 0.5 ? 135 : look.second.h, 50, 38)
      pen.rect(-6, -2.2, 12, 5.8, 1, look.main)
      pen.rect(-6, -3.6, 12, 2.2, 0.7, green)
      for (let i = 0; i < 12; i++)
        pen.ellipse(
          -5 + ((i * 3.7 + look.p[1]! * 4) % 10),
          -0.4 + ((i * 1.9) % 3.4),
          0.32,
          0.26,
          lighten(look.main, -18),
          { shade: 'flat', outline: false },
        )
    },
  },
  rope: {
    size: [16, 12],
    colour: { h: [32, 44], s: [35, 50], l: [52, 66] },
    grip: [5.6, 0],
    draw(pen, look) {
      const colour = look.p[0]! > 0.65 ? look.second : look.main
      pen.line([5, 2, 8, 3.6, 7.2, 5.4], 1.3, colour, true)
      for (const r of [6.4, 5.1, 3.8]) {
        const points = Array.from(
          { length: 25 },
          (_, i): Point => [Math.cos((i / 24) * 2 * Math.PI) * r, Math.sin((i / 24) * 2 * Math.PI) * r * 0.66],
        )
        pen.line(points, 1.35, colour)
        for (let i = 0; i < 24; i += 1)
          pen.line([points[i]!, [points[i]![0] * 1.07 + 0.3, points[i]![1] * 1.07]], 0.2, lighten(colour, -20))
      }
    },
  },
  book: {
    size: [16, 13],
    colour: 'any',
    grip: [6, 1],
    lid: (open) => [5.6 - 10 * open, 1 - 5 * Math.sin(Math.PI * open)],
    draw(pen, look, state) {
      pen.rect(-5.6, -5.6, 12, 11.8, 0.5, lighten(look.main, -16))
      pen.rect(-5.2, -5.4, 11.2, 11, 0.3, white)
      for (let row = 0; row < 6; row++)
        pen.line(
          [
            [-3.8, -3.6 + row * 1.6],
            [4.6 - look.p[row]! * 2, -3.6 + row * 1.6],
          ],
          0.25,
          hsl(0, 0, 62),
        )
      const fold = Math.cos(Math.PI * Math.min(1, state.open * 0.86))
      const lift = -3.4 * Math.sin(Math.PI * Math.min(1, state.open * 0.86))
      const x = -5.6 + 12 * fold
      pen.poly(
        [
          [-5.6, -5.8],
          [x, -5.8 + lift],
          [x, 6 + lift],
          [-5.6, 6],
        ],
        fold > 0 ? look.main : lighten(look.main, 18),
        { pattern: fold > 0 ? look : undefined },
      )
      if (fold > 0.3) pen.rect(-3.6, -3.4 + lift * 0.5, 7.6 * fold, 2.4, 0.3, look.second)
    },
  },
}
