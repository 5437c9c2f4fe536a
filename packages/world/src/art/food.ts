import type { Colour } from '../draw/colour.js'
import { hsl, lighten } from '../draw/colour.js'
import type { ColourSource } from '../draw/look.js'
import type { Point } from '../draw/pen.js'
import type { Art } from './art.js'

const natural = (
  h: readonly [number, number],
  s: readonly [number, number],
  l: readonly [number, number],
): ColourSource => ({ h, s, l })
const stem = hsl(100, 45, 32)

function leaf(
  pen: Parameters<Art['draw']>[0],
  x: number,
  y: number,
  length: number,
  turn: number,
  colour: Colour = stem,
): void {
  const { ctx } = pen
  ctx.save()
  ctx.translate(x, y)
  ctx.rotate(turn)
  pen.poly(
    [
      [0, 0],
      [length * 0.5, -length * 0.22],
      [length, 0],
      [length * 0.5, length * 0.22],
    ],
    colour,
    { smooth: true },
  )
  ctx.restore()
}

export const food: Record<string, Art> = {
  tomato: {
    size: [11, 10.5],
    colour: natural([2, 12], [72, 85], [44, 52]),
    inside: hsl(8, 75, 64),
    stand: true,
    grip: [3.6, 0.6],
    draw(pen, look) {
      pen.ellipse(0, 0.4, 5.2, 4.7, look.main)
      for (let i = 0; i < 5; i++) leaf(pen, 0, -3.4, 2.5, (i / 5) * 2 * Math.PI + look.p[0]!, stem)
      pen.line([0, -3.4, 0.5, -5], 0.6, stem)
      pen.shine(-2, -1.2, 1.1, 0.7, -0.5)
    },
  },
  apple: {
    size: [11, 11.5],
    colour: natural([68, 100], [55, 75], [44, 54]),
    inside: hsl(52, 60, 84),
    stand: true,
    grip: [3.6, 0.8],
    draw(pen, look) {
      pen.poly([0, -3.2, 3.4, -4.6, 5.4, -1, 3.6, 4.4, 0, 4.6, -3.6, 4.4, -5.4, -1, -3.4, -4.6], look.main, {
        smooth: true,
        shade: 'ball',
      })
      pen.line([0, -3, 0.8, -5.6], 0.6, hsl(28, 50, 26))
      leaf(pen, 0.7, -4.6, 3, -0.4)
      pen.shine(-2.2, -1.2, 0.8, 1.3, 0.3)
    },
  },
  onion: {
    size: [11, 12],
    colour: natural([26, 36], [55, 70], [46, 58]),
    inside: hsl(60, 30, 88),
    stand: true,
    grip: [3.8, 1],
    draw(pen, look) {
      const main = look.p[0]! > 0.6 ? hsl(322, 45, 40) : look.main
      pen.poly([0, -6, 1, -4, 5.6, -1, 4, 4.6, 0, 5.4, -4, 4.6, -5.6, -1, -1, -4], main, {
        smooth: true,
        shade: 'ball',
      })
      for (const x of [-2.4, 0, 2.4])
        pen.line(
          [
            [x * 0.25, -4],
            [x * 1.15, 0.4],
            [x * 0.4, 4.6],
          ],
          0.22,
          lighten(main, -12),
          true,
        )
      for (const x of [-0.7, 0, 0.7])
        pen.line(
          [
            [x * 0.4, 4.8],
            [x, 6],
          ],
          0.22,
          hsl(40, 40, 60),
        )
      pen.shine(-2, -0.6, 0.6, 1.5, 0.3)
    },
  },
  carrot: {
    size: [18, 6],
    colour: natural([18, 28], [82, 92], [50, 56]),
    inside: hsl(32, 90, 66),
    grip: [3.4, 0],
    draw(pen, look) {
      for (const turn of [-0.5, 0, 0.5]) leaf(pen, 4.8, 0, 4.6, turn * 1.2, hsl(110, 50, 36))
      pen.poly([5.4, -2.2, 6, 0, 5.4, 2.2, -4, 1.1, -8.4, 0.1, -4, -1], look.main, { smooth: true })
      for (const x of [-3.4, -0.6, 2, 4])
        pen.line(
          [
            [x, -0.9 - x * 0.06],
            [x + 0.2, 0.3],
          ],
          0.22,
          lighten(look.main, -14),
        )
    },
  },
  potato: {
    size: [13, 9],
    colour: natural([34, 42], [38, 52], [54, 64]),
    inside: hsl(50, 70, 82),
    grip: [3.8, 0.4],
    stand: true,
    draw(pen, look) {
      const bump = look.p[0]! * 1.6
      pen.poly(
        [
          [-6, 0],
          [-4.6, -3.8],
          [0, -3.4 - bump * 0.4],
          [5, -3.6],
          [6.2, 0.6],
          [4, 4],
          [-1, 3.4 + bump * 0.3],
          [-4.8, 3.6],
        ],
        look.main,
        { smooth: true, shade: 'ball' },
      )
      for (let i = 0; i < 6; i++)
        pen.ellipse(-4 + 8 * look.p[(i + 1) % 8]!, -2 + 4 * look.p[(i + 4) % 8]!, 0.35, 0.22, lighten(look.main, -22), {
          shade: 'flat',
          outline: false,
        })
    },
  },
  egg: {
    size: [8.5, 10],
    colour: natural([24, 36], [30, 55], [76, 90]),
    inside: hsl(48, 90, 66),
    stand: true,
    grip: [2.8, 0.8],
    draw(pen, look) {
      pen.poly([0, -5, 2.6, -3.6, 4, 1.4, 2.6, 4.6, 0, 5, -2.6, 4.6, -4, 1.4, -2.6, -3.6], look.main, {
        smooth: true,
        shade: 'ball',
      })
      if (look.p[0]! > 0.5)
        for (let i = 1; i < 7; i++)
          pen.ellipse(-2.2 + 4.4 * look.p[i]!, -2.4 + 5 * look.p[(i * 3) % 8]!, 0.16, 0.16, lighten(look.main, -25), {
            shade: 'flat',
            outline: false,
          })
      pen.shine(-1.3, -1.2, 0.6, 1, 0.2)
    },
  },
  bread: {
    size: [18, 10],
    colour: natural([28, 35], [52, 64], [48, 58]),
    inside: hsl(44, 65, 84),
    stand: true,
    grip: [6.4, 0.6],
    draw(pen, look) {
      pen.poly([-8.6, 1, -8, -3.4, -3, -4.8, 3, -4.8, 8, -3.4, 8.6, 1, 7.4, 4.4, -7.4, 4.4], look.main, {
        smooth: true,
        shade: 'front',
      })
      for (const x of [-4.6, -0.6, 3.4])
        pen.line(
          [
            [x, -3.4],
            [x + 2, -0.8],
          ],
          0.8,
          lighten(look.main, 22),
        )
      for (let i = 0; i < 7; i++)
        pen.ellipse(-6 + 12 * look.p[i]!, -2 + 4.4 * look.p[(i + 3) % 8]!, 0.3, 0.2, hsl(42, 60, 82), {
          shade: 'flat',
          outline: false,
        })
    },
  },
  cheese: {
    size: [14, 9],
    colour: natural([42, 50], [82, 94], [54, 63]),
    inside: hsl(50, 90, 74),
    stand: true,
    grip: [4.4, 1],
    draw(pen, look) {
      pen.poly([-6.6, -0.4, 4, -4.2, 6.6, -1.4], lighten(look.main, 12))
      pen.poly([-6.6, -0.4, 6.6, -1.4, 6.6, 3.2, -6.6, 4.2], look.main)
      for (const [x, y, r] of [
        [-3.6, 2, 0.9],
        [0.4, 0.9, 1.15],
        [3.9, 1.7, 0.8],
        [1.6, 2.9, 0.55],
      ] as const)
        pen.ellipse(x + look.p[0]! - 0.5, y, r, r * 0.85, lighten(look.main, -16), { shade: 'flat' })
    },
  },
  banana: {
    size: [17, 9],
    colour: natural([48, 54], [82, 94], [54, 60]),
    inside: hsl(50, 75, 86),
    grip: [4.4, 1.4],
    draw(pen, look) {
      pen.poly(
        [-8, -2.6, -6.6, -3.4, -3, 0, 2.6, 0.4, 6.6, -2.6, 8, -3.6, 8.2, -2.4, 6, 2.2, 0.6, 4.2, -5, 2.4],
        look.main,
        { smooth: true },
      )
      pen.line([-6, 0.4, -1, 2.8, 4.6, 1.6], 0.25, lighten(look.main, -14), true)
      pen.line([7.6, -3.4, 8.4, -4.2], 0.9, hsl(40, 50, 26))
      pen.ellipse(-7.7, -2.7, 0.5, 0.4, hsl(40, 40, 20), { shade: 'flat' })
    },
  },
  lemon: {
    size: [12, 8.5],
    colour: natural([52, 58], [86, 95], [55, 60]),
    inside: hsl(54, 85, 78),
    stand: true,
    grip: [3.6, 0.6],
    draw(pen, look) {
      pen.poly([-6, 0.2, -4.8, -0.8, -3, -3.6, 3, -3.6, 4.8, -0.8, 6, 0, 4.8, 1, 3, 3.8, -3, 3.8, -4.8, 1], look.main, {
        smooth: true,
        shade: 'ball',
      })
      for (let i = 0; i < 7; i++)
        pen.ellipse(-3 + 6 * look.p[i]!, -1.8 + 4 * look.p[(i + 2) % 8]!, 0.14, 0.12, lighten(look.main, -12), {
          shade: 'flat',
          outline: false,
        })
      pen.shine(-1.4, -1.6, 1, 0.6, -0.3)
    },
  },
  cucumber: {
    size: [19, 5.6],
    colour: natural([108, 124], [42, 58], [27, 35]),
    inside: hsl(88, 50, 78),
    grip: [4.6, 0],
    draw(pen, look) {
      pen.poly([-9, 0.4, -7.6, -2, 0, -2.3, 7.6, -1.9, 9, 0, 7.6, 2, 0, 2.5, -7.6, 2.1], look.main, { smooth: true })
      for (const y of [-1, 0.1, 1.2])
        pen.line(
          [
            [-7, y],
            [7, y * 0.9],
          ],
          0.2,
          lighten(look.main, 12),
        )
      pen.ellipse(8.5, 0, 0.5, 0.7, hsl(80, 40, 55), { shade: 'flat' })
      pen.shine(-1, -1.4, 4, 0.35)
    },
  },
  pepper: {
    size: [11, 12],
    colour: natural([105, 128], [55, 72], [34, 44]),
    inside: hsl(90, 55, 78),
    stand: true,
    grip: [3.8, 1],
    draw(pen, look) {
      const main = look.p[0]! > 0.66 ? hsl(46, 90, 52) : look.main
      for (const x of [-2.6, 2.6])
        pen.poly(
          [
            [x, -4],
            [x + 2.8, -3],
            [x + 2.4, 2],
            [x + 1, 5.4],
            [x - 1.4, 5.4],
            [x - 2.8, 0],
          ],
          main,
          { smooth: true, shade: 'ball' },
        )
      pen.poly([0, -4, 2.4, -3, 2, 4.4, 0, 5.4, -2, 4.4, -2.4, -3], lighten(main, 5), { smooth: true, shade: 'ball' })
      pen.line([0, -3.6, 0.2, -5.2, 1.2, -6], 1.1, stem, true)
      pen.shine(-2.8, -0.6, 0.5, 2)
    },
  },
  lettuce: {
    size: [14, 12],
    colour: natural([84, 104], [48, 64], [48, 58]),
    inside: hsl(75, 60, 84),
    stand: true,
    grip: [5, 1.6],
    draw(pen, look) {
      const frill = (r: number, turn: number) =>
        Array.from({ length: 18 }, (_, i): Point => {
          const angle = (i / 18) * 2 * Math.PI + turn
          const out = r * (i % 2 ? 1 : 0.86)
          return [Math.cos(angle) * out * 1.1, Math.sin(angle) * out * 0.9 + 0.3]
        })
      pen.poly(frill(6.4, look.p[0]!), lighten(look.main, -14), { smooth: true, shade: 'ball' })
      pen.poly(frill(5, look.p[1]! + 1), lighten(look.main, -3), { smooth: true, shade: 'ball' })
      pen.poly(frill(3.3, look.p[2]! + 2), lighten(look.main, 9), { smooth: true, shade: 'ball' })
      for (const x of [-3, 0, 3])
        pen.line(
          [
            [0, 5],
            [x, 0],
            [x * 1.3, -4],
          ],
          0.3,
          lighten(look.main, 26),
          true,
        )
    },
  },
  sandwich: {
    size: [15, 10],
    colour: natural([33, 38], [55, 65], [62, 72]),
    inside: hsl(44, 65, 86),
    stand: true,
    grip: [5, 1],
    draw(pen, look) {
      pen.poly([-7, 4, 7, 4, 7, 2, -7, 2], look.main)
      pen.poly([-7.4, 2.4, -3, 3.2, 0, 2.2, 4, 3.2, 7.4, 2.2, 7, 0.8, -7, 0.8], hsl(95, 60, 42), { smooth: true })
      pen.rect(-7, -0.2, 14, 1.4, 0.3, look.p[0]! > 0.5 ? hsl(5, 70, 50) : hsl(350, 45, 66))
      pen.rect(-7.1, -1, 14.2, 1, 0.2, hsl(46, 90, 60))
      pen.poly([-7, -1, -6, -4.4, 6, -4.4, 7, -1], look.main, { smooth: false })
      pen.line([-6.9, -1, 6.9, -1], 0.3, lighten(look.main, -18))
    },
  },
  cake: {
    size: [14, 11],
    colour: natural([15, 40], [40, 65], [50, 70]),
    inside: hsl(45, 70, 80),
    stand: true,
    grip: [4.6, 1.6],
    draw(pen, look) {
      pen.poly([-6.4, -1.4, 5, -4, 6.6, -1.6], hsl(345, 55, 84))
      pen.poly([-6.4, -1.4, 6.6, -1.6, 6.6, 4, -6.4, 5], look.main)
      pen.poly([-6.4, 1, 6.6, 0.6, 6.6, 1.8, -6.4, 2.3], hsl(345, 60, 88))
      pen.ellipse(1.6, -3.4, 1.4, 1.3, hsl(350, 80, 45))
      pen.shine(1.2, -3.8, 0.4, 0.3)
    },
  },
  croissant: {
    size: [16, 9],
    colour: natural([28, 34], [60, 72], [48, 56]),
    inside: hsl(44, 65, 82),
    grip: [4.4, 1],
    stand: true,
    draw(pen, look) {
      for (let i = -3; i <= 3; i++) {
        const size = 3.6 - Math.abs(i) * 0.62
        pen.ellipse(
          i * 2.05,
          Math.abs(i) * Math.abs(i) * 0.32 - 0.6,
          size * 0.62,
          size,
          lighten(look.main, i % 2 ? 5 : -2),
          { shade: 'ball' },
        )
      }
      pen.shine(-1, -2.4, 2.2, 0.5)
    },
  },
}
