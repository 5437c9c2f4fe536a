import { hsl, lighten } from '../draw/colour.js'
import type { Point } from '../draw/pen.js'
import type { Art } from './art.js'
import { lifted } from './art.js'

/** What is worked on in the workshop. */
export const materials: Record<string, Art> = {
  wood: {
    size: [23, 7],
    colour: 'wood',
    grip: [8, 0.4],
    inside: hsl(38, 60, 78),
    draw(pen, look) {
      pen.poly([-11, -1.6, -9.8, -3.2, 11.2, -3.2, 10.4, -1.6], lighten(look.main, 12))
      pen.rect(-11, -1.6, 21.4, 4.6, 0.3, look.main)
      for (let i = 0; i < 3; i++)
        pen.line(
          [
            [-10.4, -0.6 + i * 1.4],
            [-3, -0.3 + i * 1.4 + look.p[i]! * 0.5],
            [9.6, -0.6 + i * 1.4],
          ],
          0.22,
          lighten(look.main, -16),
          true,
        )
      pen.ellipse(-2 + 7 * look.p[4]!, 0.8, 1, 0.5, lighten(look.main, -20), { shade: 'flat', outline: false })
      pen.poly([10.4, -1.6, 11.2, -3.2, 11.2, 1.4, 10.4, 3], lighten(look.main, -14))
    },
  },
  brick: {
    size: [17, 10],
    colour: { h: [8, 18], s: [48, 60], l: [42, 50] },
    stand: true,
    grip: [6.4, 0.6],
    draw(pen, look) {
      pen.poly([-7.8, -1.4, -6.2, -4.4, 8.4, -4.4, 7.4, -1.4], lighten(look.main, 10))
      pen.rect(-7.8, -1.4, 15.2, 6, 0.3, look.main)
      pen.poly([7.4, -1.4, 8.4, -4.4, 8.4, 2, 7.4, 4.6], lighten(look.main, -16))
      for (const x of [-3.4, 0.6, 4.6]) pen.ellipse(x, -2.9, 1.1, 0.6, lighten(look.main, -22), { shade: 'flat' })
      for (let i = 0; i < 8; i++)
        pen.ellipse(
          -6.6 + 12.6 * look.p[i]!,
          -0.4 + 4 * look.p[(i + 3) % 8]!,
          0.3,
          0.22,
          lighten(look.main, i % 2 ? -14 : 14),
          { shade: 'flat', outline: false },
        )
    },
  },
  pipe: {
    size: [23, 6],
    colour: 'metal',
    grip: [7, 0],
    mouth: [10.4, 0],
    draw(pen, look) {
      const colour = look.p[0]! > 0.6 ? hsl(24, 55, 48) : look.p[0]! > 0.35 ? hsl(210, 5, 84) : look.main
      pen.rect(-10, -1.9, 20, 3.8, 0.4, colour)
      pen.rect(-10.8, -2.4, 3, 4.8, 0.5, lighten(colour, -9))
      pen.rect(7.6, -2.4, 3, 4.8, 0.5, lighten(colour, -9))
      pen.ellipse(10.6, 0, 0.9, 2.4, lighten(colour, -4))
      pen.ellipse(10.7, 0, 0.6, 1.6, hsl(0, 0, 10), { shade: 'flat' })
      pen.shine(-1, -1.1, 6, 0.35)
    },
  },
  wheel: {
    size: [17, 17],
    colour: 'dark',
    stand: true,
    grip: [5.8, 2],
    draw(pen, look, state) {
      pen.ellipse(0, 0, 8.2, 8.2, look.main)
      for (let i = 0; i < 20; i++) {
        const angle = (i / 20) * 2 * Math.PI + state.turn
        pen.line(
          [
            [Math.cos(angle) * 7.3, Math.sin(angle) * 7.3],
            [Math.cos(angle) * 8.1, Math.sin(angle) * 8.1],
          ],
          0.5,
          lighten(look.main, 14),
        )
      }
      pen.ellipse(0, 0, 5.3, 5.3, hsl(210, 6, 68))
      for (let i = 0; i < 5; i++) {
        const angle = (i / 5) * 2 * Math.PI + state.turn
        pen.line(
          [
            [0, 0],
            [Math.cos(angle) * 4.7, Math.sin(angle) * 4.7],
          ],
          1.2,
          hsl(210, 6, 42),
        )
      }
      pen.ellipse(0, 0, 1.5, 1.5, look.second)
    },
  },
  nut: {
    size: [11, 10],
    colour: 'metal',
    grip: [3.4, 0.6],
    draw(pen, look, state) {
      const hexagon = (r: number, dy: number): Point[] =>
        Array.from({ length: 6 }, (_, i) => [
          Math.cos((i * Math.PI) / 3 + state.turn + 0.3) * r,
          Math.sin((i * Math.PI) / 3 + state.turn + 0.3) * r * 0.8 + dy,
        ])
      const colour = look.p[0]! > 0.6 ? hsl(44, 55, 54) : look.main
      pen.poly(hexagon(5, 1.4), lighten(colour, -22))
      pen.poly(hexagon(5, 0), colour)
      pen.ellipse(0, 0, 2.5, 2, lighten(colour, -14))
      pen.ellipse(0, 0.2, 2, 1.5, hsl(0, 0, 10), { shade: 'flat' })
      pen.shine(-2.6, -2, 1, 0.5, -0.5)
    },
  },
  helmet: {
    size: [18, 13],
    colour: { h: [44, 54], s: [86, 95], l: [50, 57] },
    stand: true,
    grip: [6.6, 2],
    draw(pen, look) {
      const colour = look.p[0]! > 0.65 ? look.second : look.main
      pen.ellipse(-1, 4, 8.6, 2.3, lighten(colour, -12), { shade: 'front' })
      pen.poly([-7.4, 4, -7, -2, -4, -5.6, 0, -6.4, 4, -5.6, 7, -2, 7.4, 4], colour, { shade: 'ball' })
      for (const x of [-2.6, 0, 2.6])
        pen.line(
          [
            [x * 1.1, 3.4],
            [x, -5.4],
          ],
          0.8,
          lighten(colour, 8),
          true,
        )
      pen.shine(-3.6, -1.6, 0.9, 2, 0.5)
    },
  },
  spray: {
    lifts: true,
    size: [8, 17],
    colour: 'any',
    stand: true,
    grip: [2.4, 2],
    mouth: [-1.6, -7.6],
    lid: (open) => [open * 4, -7.6 - open * 5],
    draw(pen, look, state) {
      pen.lathe([1.2, -7.2, 1.2, -5.6], white)
      pen.rect(-1.6, -7.8, 2.4, 1, 0.3, white)
      pen.lathe([2.4, -5.4, 3.3, -4, 3.3, 7], hsl(210, 5, 78))
      pen.lathe([3.32, -2.6, 3.32, 5.6], look.main, {
        pattern: look.pattern === 'plain' ? { ...look, pattern: 'band' } : look,
      })
      lifted(pen, state, 4, 5, () => {
        if (look.p[1]! > 0.4 || state.open > 0) pen.lathe([2, -8.4, 2.6, -5.2], look.accent)
      })
      pen.shine(-1.6, 0, 0.4, 4)
    },
  },
  glue: {
    lifts: true,
    size: [8, 16],
    colour: 'any',
    stand: true,
    grip: [2.2, 2],
    mouth: [0, -7.4],
    lid: (open) => [open * 3.6, -7 - open * 4.6],
    draw(pen, look, state) {
      pen.poly([-0.7, -6.4, 0.7, -6.4, 1.9, -3, -1.9, -3], white)
      pen.poly([-2, -3.4, 2, -3.4, 3.2, 5, 2.9, 7, -2.9, 7, -3.2, 5], look.main)
      pen.ellipse(0, 1.8, 2.1, 2.4, white, { shade: 'flat' })
      pen.line([-1, 2.8, 0, 0.6, 1, 2.8], 0.5, look.accent)
      lifted(pen, state, 3.6, 4.6, () => {
        pen.poly([-0.6, -7.8, 0.6, -7.8, 1.2, -4.6, -1.2, -4.6], look.second)
      })
    },
  },
  tape: {
    size: [12, 11],
    colour: 'any',
    stand: true,
    grip: [3.6, 1],
    draw(pen, look, state) {
      const { ctx } = pen
      if (state.open > 0.05) pen.rect(-5 - 7 * state.open, 3.4, 5 + 7 * state.open, 1.4, 0.2, look.main)
      pen.ellipse(0.6, 0.4, 5.2, 5, lighten(look.main, -14))
      pen.ellipse(0, 0, 5.2, 5, look.main)
      pen.ellipse(0, 0, 3.1, 3, hsl(34, 40, 68))
      ctx.fillStyle = '#3a332c'
      ctx.beginPath()
      ctx.ellipse(0, 0, 2.4, 2.3, 0, 0, 2 * Math.PI)
      ctx.fill()
      pen.line([4.6, 1.6, 5.6, 4, 6, 4.4], 0.9, lighten(look.main, 8))
      pen.shine(-3, -2.8, 1, 0.4, -0.7)
    },
  },
  sandpaper: {
    size: [9, 6.5],
    colour: { h: [18, 30], s: [45, 60], l: [34, 42] },
    grip: [2, 0],
    draw(pen, look) {
      pen.rect(-4.2, -2.8, 8.4, 5.6, 0.4, look.main)
      pen.rect(-4.2, -2.8, 8.4, 2.6, 0.6, hsl(34, 40, 62))
    },
  },
  foil: {
    size: [16, 12],
    colour: 'metal',
    grip: [6, 0],
    draw(pen, look) {
      pen.poly([-7.6, -5, 7.8, -5.4, 7.4, 5.4, -7.8, 5], lighten(look.main, 12))
      for (let i = 0; i < 5; i++)
        pen.line(
          [
            [-6 + 3 * i, -4.6],
            [-7 + 3.2 * i + 3 * look.p[i]!, 4.6],
          ],
          0.3,
          lighten(look.main, i % 2 ? 22 : -10),
        )
    },
  },
  socket: {
    size: [13, 10],
    colour: 'pale',
    stand: true,
    grip: [0, 0],
    mouth: [0, -0.4],
    draw(pen, look) {
      pen.rect(-6, -4.4, 12, 9, 1, look.main)
      pen.ellipse(0, 0, 3.1, 3, lighten(look.main, -12))
      pen.ellipse(0, 0, 1.6, 1.5, hsl(0, 0, 24), { shade: 'flat' })
      for (const x of [-4.8, 4.8]) pen.ellipse(x, -3.2, 0.5, 0.5, hsl(0, 0, 45), { shade: 'flat', outline: false })
    },
  },
}

const white = hsl(0, 0, 95)
