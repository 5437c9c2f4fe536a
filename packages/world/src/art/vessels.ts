import { hsl, lighten, white } from '../draw/colour.js'
import type { Look } from '../draw/look.js'
import type { Pen } from '../draw/pen.js'
import { TILT } from '../draw/pen.js'
import type { Art, State } from './art.js'
import { ear, lifted } from './art.js'

const water = hsl(200, 60, 68)
const coffee = hsl(24, 60, 26)
const soup = hsl(28, 75, 52)

/** A flat or domed lid that is lifted off, up and to the side. */
function liftedLid(pen: Pen, look: Look, y: number, radius: number, open: number, knob = 1): void {
  const { ctx } = pen
  ctx.save()
  ctx.translate(open * radius * 0.9, y - open * 7)
  ctx.rotate(open * 0.45)
  pen.lathe(
    [
      [radius * 0.25, -1.9],
      [radius * 0.8, -1],
      [radius * 1.05, 0],
    ],
    lighten(look.second, 4),
  )
  pen.ellipse(0, -2.1, knob, knob * 0.75, lighten(look.second, -14))
  ctx.restore()
}

const lidOf = (y: number, radius: number) => (open: number) => [open * radius * 0.9, y - 2 - open * 7] as const

export const vessels: Record<string, Art> = {
  cup: {
    size: [12, 11],
    colour: 'any',
    stand: true,
    grip: [5.2, 1],
    mouth: [-0.8, -4],
    liquid: coffee,
    draw(pen, look, state) {
      const r = 4 + look.p[0]! * 0.6
      ear(pen, r - 0.2, 0.6, 2.5, lighten(look.main, -4))
      pen.lathe(
        [
          [r, -4],
          [r - 0.1, 1],
          [r * (0.65 + 0.3 * look.p[1]!), 4],
        ],
        look.main,
        { pattern: look },
      )
      pen.mouth(-4, r, 8, look.main, state.level, coffee)
      pen.shine(-r * 0.55, 0, 0.5, 2.4, 0.1)
    },
  },
  glass: {
    size: [9, 13],
    colour: { h: [185, 215], s: [20, 45], l: [74, 84] },
    stand: true,
    grip: [3.2, 1],
    mouth: [0, -5.2],
    liquid: water,
    draw(pen, look, state) {
      pen.ctx.globalAlpha *= 0.85
      pen.lathe(
        [
          [3.8, -5.2],
          [3 + 0.6 * look.p[0]!, 5],
        ],
        lighten(look.main, 6),
      )
      if (state.level > 0.05)
        pen.lathe(
          [
            [3.3, 4 - state.level * 7],
            [2.9, 4.6],
          ],
          look.p[1]! > 0.5 ? water : hsl(18 + 30 * look.p[2]!, 80, 58),
          { outline: false },
        )
      pen.mouth(-5.2, 3.8, 9, look.main)
      pen.shine(-2, 0, 0.45, 3.6, 0.06)
    },
  },
  bowl: {
    size: [17, 9.5],
    colour: 'any',
    stand: true,
    grip: [7, -1],
    mouth: [0, -2.5],
    liquid: soup,
    draw(pen, look, state) {
      pen.lathe([7.8, -2.5, 7, 0.5, 5.4, 2.4, 3, 3.6], look.main, { pattern: look })
      pen.mouth(-2.5, 7.8, 5, look.main, state.level, hsl(20 + 40 * look.p[2]!, 65, 55))
      pen.shine(-4.6, 0.8, 0.6, 1.6, 0.5)
    },
  },
  plate: {
    size: [20, 10],
    colour: 'pale',
    grip: [8.4, 0.5],
    draw(pen, look) {
      pen.ellipse(0, 0.7, 9.6, 9.6 * TILT + 0.7, lighten(look.main, -16), { shade: 'front' })
      pen.ellipse(0, 0, 9.6, 9.6 * TILT + 0.5, look.main, { shade: 'front', pattern: look })
      pen.ring(0.1, 8.2, look.second, 0.5)
      pen.ellipse(0, 0.2, 6, 6 * TILT, lighten(look.main, -6), { shade: 'front' })
      pen.shine(-3, -1, 2.4, 0.5, -0.2)
    },
  },
  pot: {
    lifts: true,
    size: [22, 15],
    colour: 'metal',
    stand: true,
    grip: [9.4, 0],
    mouth: [0, -3.4],
    liquid: soup,
    lid: lidOf(-3.4, 7.6),
    draw(pen, look, state) {
      const body = look.p[0]! > 0.45 ? look.main : look.second
      ear(pen, 7.6, -1, 1.7, hsl(0, 0, 20), 1.1)
      ear(pen, -7.6, -1, 1.7, hsl(0, 0, 20), 1.1)
      pen.lathe([7.8, -3.4, 7.8, 3, 7, 4.3], body, {})
      pen.mouth(-3.4, 7.8, 8, body, state.level, soup)
      pen.ring(-1.6, 7.85, lighten(body, 10), 0.3)
      pen.shine(-4.8, 0.8, 0.7, 2.6)
      if (state.lid) liftedLid(pen, { ...look, second: lighten(body, 6) }, -3.4, 7.6, state.open, 1.2)
    },
  },
  pan: {
    size: [26, 10],
    colour: 'dark',
    grip: [10, 0.2],
    mouth: [-4, -1],
    draw(pen, look, state) {
      const { ctx } = pen
      pen.line([3, -0.2, 12, -0.6], 1.7, look.p[2]! > 0.5 ? hsl(25, 45, 34) : hsl(0, 0, 16))
      ctx.save()
      ctx.translate(-4.6, 0)
      pen.lathe([8, -1, 7.4, 1, 6.4, 1.8], lighten(look.main, 8))
      pen.mouth(-1, 8, 3, lighten(look.main, 22), 0)
      pen.ellipse(0, -0.7, 6.9, 6.9 * TILT, lighten(look.main, 2), { shade: 'front' })
      if (look.p[1]! > 0.6 && state.level > 0) pen.ellipse(0.4, -0.6, 4.4, 1.4, hsl(42, 80, 62))
      pen.shine(-3, -1.4, 2, 0.4, -0.2)
      ctx.restore()
    },
  },
  jug: {
    size: [14, 15],
    colour: 'any',
    stand: true,
    grip: [5.6, 0],
    mouth: [-4.6, -6.2],
    liquid: water,
    draw(pen, look, state) {
      ear(pen, 3.6, -0.4, 3.4, lighten(look.main, -6), 1.4)
      pen.poly([-3.2, -6.8, -6.8, -6.6, -3.4, -3], look.main, { smooth: true })
      pen.lathe([4, -6, 3.4, -3.4, 4.8, 2, 4.2, 5.8], look.main, { pattern: look })
      pen.mouth(-6, 4, 9, look.main, state.level, water)
      pen.shine(-2.8, 1.4, 0.6, 2.6)
    },
  },
  bottle: {
    lifts: true,
    size: [8, 18],
    colour: 'any',
    stand: true,
    grip: [2.4, 2],
    mouth: [0, -8.6],
    liquid: water,
    lid: (open) => [open * 4, -8.4 - open * 5],
    draw(pen, look, state) {
      const r = 3 + look.p[0]! * 0.7
      pen.lathe(
        [
          [1.1, -8],
          [1.2, -5.2],
          [r, -2.4],
          [r, 7.4],
        ],
        look.main,
        {},
      )
      if (state.level > 0)
        pen.lathe(
          [
            [r * 0.93, 7 - state.level * 8],
            [r * 0.93, 7],
          ],
          lighten(look.main, -10),
          { outline: false },
        )
      pen.lathe(
        [
          [r * 1.01, 0.4],
          [r * 1.01, 4.6],
        ],
        look.p[1]! > 0.5 ? white : look.second,
        { pattern: look },
      )
      pen.shine(-r * 0.5, -0.4, 0.4, 2.6)
      lifted(pen, state, 4, 5, () => {
        pen.lathe([1.25, -9, 1.35, -7.2], look.accent)
      })
    },
  },
  jar: {
    lifts: true,
    size: [11, 13],
    colour: { h: [180, 210], s: [12, 30], l: [72, 82] },
    stand: true,
    grip: [4.2, 1.5],
    mouth: [0, -5],
    liquid: hsl(12, 70, 45),
    lid: (open) => [open * 3.6, -5.8 - open * 6],
    draw(pen, look, state) {
      const filling = hsl(look.second.h, 60, 42 + 16 * look.p[2]!)
      pen.lathe([3.6, -4.8, 4.5, -3, 4.5, 5], look.main)
      if (state.level > 0.04)
        pen.lathe(
          [
            [4.15, 4.6 - 6.8 * state.level],
            [4.15, 4.7],
          ],
          filling,
          { outline: false },
        )
      pen.rect(-3.4, 0.2, 6.8, 3, 0.5, white)
      pen.mouth(-4.8, 3.6, 6, look.main)
      pen.shine(-3, 0, 0.5, 3)
      lifted(pen, state, 3.6, 6, () => {
        pen.lathe([3.8, -6.2, 3.9, -4.6], look.accent, { pattern: look })
        pen.ring(-6.2, 3.4, lighten(look.accent, 12))
      })
    },
  },
  kettle: {
    lifts: true,
    size: [17, 16],
    colour: 'metal',
    stand: true,
    grip: [0, -6],
    mouth: [-8, -1.6],
    knob: [6, 5],
    liquid: water,
    lid: (open) => [1 + open * 3, -4.6 - open * 5],
    draw(pen, look, state) {
      const body = look.p[0]! > 0.5 ? look.main : look.second
      pen.line([-4.6, -2, -4.2, -6.6, 0, -8, 4.2, -6.6, 5, -1], 1.4, hsl(0, 0, 18), true)
      pen.poly([-4, -0.4, -8, -3, -8.6, -1.6, -4.8, 4], lighten(body, -5))
      pen.lathe([3.2, -3, 5.6, 0, 6.4, 5.6], body, {})
      pen.lathe([6.6, 5.4, 6.6, 6.6], hsl(0, 0, 20))
      lifted(pen, state, 3, 5, () => {
        pen.lathe([0.8, -4.3, 3.2, -3], lighten(body, 8))
        pen.ellipse(0, -4.6, 0.9, 0.7, hsl(0, 0, 20))
      })
      pen.shine(-3.2, 2, 0.7, 2.6, 0.2)
      pen.ellipse(5.2, 5.3, 0.9, 0.7, hsl(state.on > 0.5 ? 10 : 0, state.on * 90, 30 + 30 * state.on), {
        shade: 'flat',
      })
      if (state.on > 0.05) steam(pen, -8, -4, state)
    },
  },
  bucket: {
    size: [18, 18],
    colour: 'any',
    stand: true,
    grip: [6.6, -2],
    mouth: [0, -4.6],
    liquid: water,
    draw(pen, look, state) {
      pen.line([-7, -4.6, -5, -9, 5, -9, 7, -4.6], 0.7, hsl(210, 6, 50), true)
      pen.lathe([7.4, -4.6, 5.4, 7], look.main, {})
      pen.mouth(-4.6, 7.4, 10, look.main, state.level * 0.8, water)
      pen.ring(-3.4, 7.1, lighten(look.main, -12), 0.6)
      pen.shine(-4, 1, 0.7, 4, 0.1)
    },
  },
  teapot: {
    lifts: true,
    size: [18, 14],
    colour: 'any',
    stand: true,
    grip: [7, 0],
    mouth: [-8, -2.6],
    liquid: coffee,
    lid: (open) => [open * 3.4, -5.4 - open * 5],
    draw(pen, look, state) {
      ear(pen, 4.6, 0.6, 3, lighten(look.main, -6))
      pen.poly([-3.6, 1, -8.2, -3.8, -8.8, -2.4, -4.2, 4.6], lighten(look.main, -4), { smooth: true })
      pen.ellipse(0, 1, 6, 5, look.main, { pattern: look })
      lifted(pen, state, 3.4, 5, () => {
        pen.lathe([1, -4.8, 3.4, -3.2], lighten(look.main, 6))
        pen.ellipse(0, -5.3, 0.9, 0.8, look.second)
      })
      pen.shine(-2.4, -1, 1, 1.7, 0.5)
    },
  },
  funnel: {
    size: [13, 13],
    colour: 'any',
    stand: true,
    grip: [4.4, -2.6],
    mouth: [0, -4],
    draw(pen, look) {
      pen.lathe([1.2, 1.2, 0.8, 6.2], lighten(look.main, -6))
      pen.lathe([6, -4, 5.6, -3, 1.2, 1.8], look.main, {})
      pen.mouth(-4, 6, 6, look.main)
      pen.ellipse(0, -3.4, 1.2, 0.5, hsl(0, 0, 10), { shade: 'flat' })
      pen.shine(-2.8, -1.6, 0.5, 1.4, 0.5)
    },
  },
}

function steam(pen: Pen, x: number, y: number, state: State): void {
  for (let i = 0; i < 3; i++) {
    pen.ctx.fillStyle = `rgba(255,255,255,${(0.35 * state.on).toFixed(2)})`
    pen.ctx.beginPath()
    pen.ctx.arc(x - i * 0.6, y - i * 1.5, 1 + i * 0.45, 0, 2 * Math.PI)
    pen.ctx.fill()
  }
}
