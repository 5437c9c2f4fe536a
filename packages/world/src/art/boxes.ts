import { hsl, lighten, white } from '../draw/colour.js'
import type { Art } from './art.js'
import { lamp } from './art.js'

/** Containers and machines with flat sides. */
export const boxes: Record<string, Art> = {
  container: {
    lifts: true,
    size: [16, 11],
    colour: 'any',
    stand: true,
    grip: [6.4, 1],
    mouth: [0, -3],
    lid: (open) => [5 - 1.5 * open, -4 - 7 * open],
    draw(pen, look, state) {
      const { ctx } = pen
      pen.poly([-7, -2, -5.8, -4.4, 7.2, -4.4, 7, -2], lighten(look.main, -30), { shade: 'flat' })
      pen.poly([-7, -2.4, 7, -2.4, 6, 5, -6, 5], look.main, { pattern: look })
      pen.rect(-3, -0.4, 6, 3, 0.4, white)
      if (!state.lid) return
      ctx.save()
      ctx.translate(0, -state.open * 6)
      ctx.rotate(-state.open * 0.5)
      pen.poly([-7.4, -2, -6.2, -4.8, 7.4, -4.8, 7.4, -2], lighten(look.second, 10))
      pen.rect(-7.5, -2.4, 15, 1.2, 0.5, look.second)
      ctx.restore()
    },
  },
  toolbox: {
    size: [22, 14],
    colour: { h: [0, 8], s: [62, 75], l: [40, 48] },
    stand: true,
    grip: [0, -4.6],
    mouth: [0, -1],
    lid: (open) => [2, -2.4 - 6 * open],
    draw(pen, look, state) {
      const main = look.p[0]! > 0.6 ? look.second : look.main
      if (state.open > 0.03)
        pen.poly(
          [
            [-10, -1],
            [-9, -1 - 7 * state.open],
            [9, -1 - 7 * state.open],
            [10, -1],
          ],
          lighten(main, -14),
        )
      else pen.line([-3.4, -3.4, -3, -6, 3, -6, 3.4, -3.4], 1.1, hsl(0, 0, 20), true)
      pen.poly([-10, -1, -8.6, -3.6, 8.6, -3.6, 10, -1], state.open > 0.1 ? hsl(0, 0, 16) : lighten(main, 10))
      pen.rect(-10.4, -1, 20.8, 7.6, 0.7, main)
      pen.rect(-10.4, 1, 20.8, 0.7, 0.1, lighten(main, -18))
      for (const x of [-6.6, 5]) pen.rect(x, -0.4, 1.8, 2.6, 0.3, hsl(48, 30, 70))
    },
  },
  box: {
    size: [17, 14],
    colour: { h: [28, 36], s: [38, 48], l: [52, 62] },
    stand: true,
    grip: [6.8, 1],
    mouth: [0, -3.4],
    lid: (open) => [4 + 3.4 * open, -3.6 - 2.6 * open],
    draw(pen, look, state) {
      pen.poly([-7, -2.6, -5.4, -5, 7.4, -5, 7, -2.6], lighten(look.main, -26), { shade: 'flat' })
      pen.rect(-7, -2.6, 14, 9, 0.3, look.main)
      pen.rect(-1.2, -2.6, 2.4, 9, 0.1, lighten(look.main, 12))
      const gape = 5.4 * state.open
      for (const side of [-1, 1])
        pen.poly(
          [
            [side * 7, -2.6],
            [side * (0.2 + gape * 1.7), -3.6 - gape * 0.1],
            [side * (0.4 + gape * 1.6), -5 - gape * 0.3],
            [side * 6.4, -5],
          ],
          lighten(look.main, 8),
        )
    },
  },
  toaster: {
    size: [19, 13],
    colour: 'metal',
    stand: true,
    grip: [7.4, 1],
    mouth: [0, -4],
    knob: [8.6, 0.6],
    draw(pen, look, state) {
      const body = look.p[0]! > 0.55 ? look.second : look.main
      pen.rect(-8.4, -4.6, 16.4, 10, 2.4, body)
      pen.rect(-6.6, -4.6, 12.6, 1.1, 0.5, hsl(0, 0, 12), { shade: 'flat' })
      pen.rect(-6.6, -2.9, 12.6, 1.1, 0.5, state.on > 0.3 ? hsl(18, 90, 48) : hsl(0, 0, 12), { shade: 'flat' })
      pen.rect(-8.4, 4.4, 16.4, 1.4, 0.6, hsl(0, 0, 18))
      pen.rect(7.6, -0.6 + 2 * state.on, 1.8, 1.5, 0.5, hsl(0, 0, 16))
      lamp(pen, 5, 2.4, 0.7, state.on, 15)
      pen.shine(-4, 1, 2.4, 0.7, -0.3)
    },
  },
  radio: {
    size: [18, 12],
    colour: 'any',
    stand: true,
    grip: [7, 1],
    knob: [4.8, -0.6],
    draw(pen, look, state) {
      pen.line([5, -4, 8, -8.4], 0.4, hsl(210, 8, 64))
      pen.rect(-8.2, -4, 16.4, 9.6, 1.4, look.main)
      pen.ellipse(-3.4, 0.9, 3.5, 3.5, lighten(look.main, -20), { shade: 'flat' })
      for (const y of [-0.9, 0.3, 1.5, 2.7])
        pen.line(
          [
            [-5.8, y],
            [-1, y],
          ],
          0.35,
          hsl(0, 0, 16),
        )
      pen.rect(1.2, -3, 5.8, 1.6, 0.3, hsl(48, 20 + 60 * state.on, 26 + 40 * state.on), { shade: 'flat' })
      pen.ellipse(5, 1.6, 1.5, 1.5, hsl(0, 0, 22))
      lamp(pen, 1.8, 3.6, 0.6, state.on, 110)
    },
  },
  light: {
    size: [14, 16],
    colour: 'any',
    stand: true,
    grip: [2.4, 3],
    knob: [0, 5],
    draw(pen, look, state) {
      const { ctx } = pen
      if (state.on > 0.05) {
        const glow = ctx.createRadialGradient(-2, -1, 0.5, -2, 1, 11)
        glow.addColorStop(0, `rgba(255,244,180,${(0.85 * state.on).toFixed(2)})`)
        glow.addColorStop(1, 'rgba(255,240,160,0)')
        ctx.fillStyle = glow
        ctx.fillRect(-13, -10, 22, 22)
      }
      pen.line([1, 6, 2.6, 0, 0, -5], 0.9, hsl(210, 8, 50), true)
      pen.lathe([1.2, -7.4, 4.6, -2.4], look.main)
      pen.ellipse(0, -2.2, 4.3, 1.5, hsl(50, 30 + 65 * state.on, 55 + 35 * state.on), { shade: 'flat' })
      pen.lathe([3.6, 6, 4.2, 7.2], lighten(look.main, -10))
      pen.ellipse(0, 5.7, 0.9, 0.5, hsl(0, 70, 45), { shade: 'flat' })
    },
  },
  phone: {
    size: [9, 15],
    colour: 'dark',
    grip: [2.6, 2.6],
    knob: [0, 3],
    draw(pen, look, state) {
      pen.rect(-3.6, -6.8, 7.2, 13.6, 1.1, look.p[0]! > 0.5 ? look.main : lighten(look.accent, -10))
      const screen = hsl(look.second.h, 30 + 30 * state.on, 12 + 50 * state.on)
      pen.rect(-3.1, -5.6, 6.2, 11, 0.4, screen, { shade: 'front', outline: false })
      if (state.on > 0.3)
        for (let i = 0; i < 6; i++)
          pen.rect(-2.5 + (i % 3) * 1.8, -4.4 + Math.floor(i / 3) * 2, 1.3, 1.3, 0.3, hsl(i * 60, 70, 60), {
            outline: false,
          })
      pen.ellipse(0, 6.1, 0.4, 0.3, hsl(0, 0, 40), { shade: 'flat' })
      pen.shine(1, -2, 0.5, 3.4, 0.5)
    },
  },
  microwave: {
    size: [24, 14],
    colour: 'pale',
    stand: true,
    grip: [9, 2],
    knob: [9, 2.6],
    mouth: [-2, 0],
    lid: (open) => [5 - 9 * open, 0.6],
    draw(pen, look, state) {
      pen.rect(-11.4, -6.2, 22.8, 12.6, 1, look.main)
      pen.rect(-10, -4.8, 14.4, 9.8, 0.6, hsl(40, 20 + 60 * state.on, 14 + 30 * state.on), { shade: 'front' })
      pen.rect(-10, -4.8, 14.4 * (1 - 0.85 * state.open), 9.8, 0.6, lighten(hsl(210, 10, 24), 8 * state.open))
      pen.line(
        [
          [4 - 12 * state.open, -3.4],
          [4 - 12 * state.open, 3.6],
        ],
        0.8,
        hsl(0, 0, 60),
      )
      pen.rect(6, -4.6, 4.2, 2, 0.3, hsl(130, 60 * state.on, 14 + 40 * state.on), { shade: 'flat' })
      for (let i = 0; i < 6; i++)
        pen.ellipse(6.8 + (i % 3) * 1.3, -1 + Math.floor(i / 3) * 1.4, 0.45, 0.4, hsl(0, 0, 55), {
          shade: 'flat',
          outline: false,
        })
      pen.ellipse(8.1, 3.4, 1.5, 1.5, hsl(0, 0, 45))
    },
  },
  'coffee machine': {
    size: [17, 18],
    colour: 'any',
    stand: true,
    grip: [5.6, 0],
    knob: [4.4, -4.4],
    mouth: [-1, 2],
    draw(pen, look, state) {
      pen.rect(-7, -8.4, 14, 6.6, 1.4, look.main)
      pen.rect(1.4, -3, 5.6, 10.6, 0.6, lighten(look.main, -8))
      pen.rect(-7.4, 6, 14.8, 2.6, 0.7, hsl(0, 0, 20))
      pen.rect(-4.6, -2.2, 4.2, 1.8, 0.4, hsl(210, 8, 60))
      if (state.on > 0.3) pen.line([-2.5, -0.4, -2.5, 3], 0.5, hsl(22, 60, 24))
      pen.lathe([2.2, 2.4, 1.7, 5.4], white)
      lamp(pen, 4.6, -5, 0.8, state.on, 200)
      pen.ellipse(-3.4, -5.2, 1.1, 1.1, hsl(0, 0, 75))
    },
  },
}
