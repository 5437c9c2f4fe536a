import type { SKRSContext2D } from '@napi-rs/canvas'
import type { HandPose } from '../motion/pose.js'
import type { Projected, Vec3 } from '../place/camera.js'
import type { Colour } from './colour.js'
import { css, lighten } from './colour.js'
import type { Style } from './style.js'

/** What a wearer's arms look like. */
export interface Arms {
  skin: Colour
  sleeve?: Colour
  gloved: boolean
  /** Factor on the size of hands. */
  size: number
}

/** A box in pixels: left, top, right, bottom. */
export type PixelBox = readonly [number, number, number, number]

interface Placed {
  x: number
  y: number
  scale: number
  turn: number
  mirror: 1 | -1
  elbow: Projected
}

type P = readonly [number, number]
const lerp = (a: P, b: P, t: number): P => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]

// A right hand seen from above, in centimetres: the origin lies between thumb and fingers, fingers point up (-y).
const wrist: P = [1.6, 9.6]
const fingers: readonly { knuckle: P; open: readonly [P, P]; closed: readonly [P, P]; width: number }[] = [
  {
    knuckle: [4.3, 3.6],
    open: [
      [5.3, 0.6],
      [5.9, -1.8],
    ],
    closed: [
      [4.2, 0.7],
      [2.3, 0.3],
    ],
    width: 1.65,
  },
  {
    knuckle: [2.7, 2.3],
    open: [
      [3.2, -1.4],
      [3.3, -4.6],
    ],
    closed: [
      [2.8, -0.7],
      [0.7, -1],
    ],
    width: 1.85,
  },
  {
    knuckle: [0.8, 1.8],
    open: [
      [0.8, -2.2],
      [0.6, -5.6],
    ],
    closed: [
      [1, -1.4],
      [-1, -1.8],
    ],
    width: 1.9,
  },
  {
    knuckle: [-1, 2.3],
    open: [
      [-1.5, -1.6],
      [-2, -4.6],
    ],
    closed: [
      [-0.7, -1.2],
      [-2.3, -1.9],
    ],
    width: 1.9,
  },
]
const thumb: { root: P; open: readonly [P, P]; closed: readonly [P, P] } = {
  root: [-1.4, 6.2],
  open: [
    [-4, 4],
    [-5.4, 1],
  ],
  closed: [
    [-3.6, 3],
    [-3.2, -0.6],
  ],
}

/** Where a hand lies in the picture, from its pose and the elbow it hangs from. */
export function placeHand(
  pose: HandPose,
  side: 1 | -1,
  size: number,
  elbow: Vec3,
  project: (p: Vec3) => Projected,
): Placed {
  const at = project(pose.at)
  const joint = project(elbow)
  const turn = Math.atan2(at.x - joint.x, joint.y - at.y) + pose.bend * side * -1 * 0.6
  return { x: at.x, y: at.y, scale: at.scale * size, turn, mirror: side, elbow: joint }
}

const toScreen = ({ x, y, scale, turn, mirror }: Placed, [px, py]: P): P => {
  const cos = Math.cos(turn)
  const sin = Math.sin(turn)
  const ux = px * mirror * scale
  const uy = py * scale
  return [x + ux * cos - uy * sin, y + ux * sin + uy * cos]
}

/** The box about hand and wrist in pixels; the forearm is left out. */
export function handBox(placed: Placed, grip: number): PixelBox {
  const points: P[] = [
    [-2.2, 8.6],
    [5.4, 8.6],
    [5.6, 3.4],
  ]
  for (const { open, closed } of fingers) points.push(lerp(open[1], closed[1], grip), lerp(open[0], closed[0], grip))
  points.push(lerp(thumb.open[0], thumb.closed[0], grip), lerp(thumb.open[1], thumb.closed[1], grip))
  const on = points.map((point) => toScreen(placed, point))
  const pad = placed.scale * 0.9
  const xs = on.map(([x]) => x)
  const ys = on.map(([, y]) => y)
  return [Math.min(...xs) - pad, Math.min(...ys) - pad, Math.max(...xs) + pad, Math.max(...ys) + pad]
}

function enter(ctx: SKRSContext2D, placed: Placed): void {
  ctx.save()
  ctx.translate(placed.x, placed.y)
  ctx.rotate(placed.turn)
  ctx.scale(placed.scale * placed.mirror, placed.scale)
  ctx.lineCap = 'round'
  ctx.lineJoin = 'round'
}

function digit(
  ctx: SKRSContext2D,
  points: readonly P[],
  width: number,
  colour: Colour,
  edge: Colour,
  rim: number,
): void {
  const path = () => {
    ctx.beginPath()
    ctx.moveTo(points[0]![0], points[0]![1])
    ctx.quadraticCurveTo(points[1]![0], points[1]![1], points[2]![0], points[2]![1])
    ctx.stroke()
  }
  ctx.strokeStyle = css(edge)
  ctx.lineWidth = width + rim
  path()
  ctx.strokeStyle = css(colour)
  ctx.lineWidth = width
  path()
  ctx.strokeStyle = css(lighten(colour, 7), 0.8)
  ctx.lineWidth = width * 0.4
  path()
}

/** The thumb, which lies behind what is held. */
export function drawThumb(ctx: SKRSContext2D, placed: Placed, grip: number, arms: Arms, style: Style): void {
  const colour = arms.gloved ? (arms.sleeve ?? arms.skin) : arms.skin
  enter(ctx, placed)
  const points = [thumb.root, lerp(thumb.open[0], thumb.closed[0], grip), lerp(thumb.open[1], thumb.closed[1], grip)]
  digit(ctx, points, 2.1, lighten(colour, -4), lighten(colour, -22), 0.35 + style.outline)
  ctx.restore()
}

/**
 * Forearm, back of the hand and fingers, which lie over what is held.
 *
 * @param reach where the forearm ends, as a share of the way to the elbow: beyond the picture for the wearer's eyes
 */
export function drawHand(
  ctx: SKRSContext2D,
  placed: Placed,
  grip: number,
  arms: Arms,
  style: Style,
  reach = 1.3,
): void {
  const colour = arms.gloved ? (arms.sleeve ?? arms.skin) : arms.skin
  drawArm(ctx, placed, arms, reach)
  const rim = 0.35 + style.outline
  enter(ctx, placed)
  for (const { knuckle, open, closed, width } of fingers) {
    const tip = lerp(open[1], closed[1], grip)
    const root = lerp(knuckle, [knuckle[0] * 0.7 + 0.5, 6], 0.35)
    digit(ctx, [root, lerp(open[0], closed[0], grip), tip], width, colour, lighten(colour, -24), rim)
    if (!arms.gloved) {
      ctx.fillStyle = css(lighten({ ...colour, s: colour.s * 0.7 }, 14), 0.9)
      ctx.beginPath()
      ctx.ellipse(tip[0], tip[1] - 0.15, 0.48, 0.6, 0, 0, 2 * Math.PI)
      ctx.fill()
    }
  }
  const back = ctx.createRadialGradient(0.6, 4.4, 0.6, 1.2, 5.4, 6)
  back.addColorStop(0, css(lighten(colour, 8)))
  back.addColorStop(0.55, css(colour))
  back.addColorStop(1, css(lighten(colour, -14)))
  ctx.fillStyle = back
  ctx.beginPath()
  ctx.moveTo(-0.9, 9.8)
  ctx.bezierCurveTo(-2.4, 7.6, -2.9, 5.4, -1.9, 2.7)
  ctx.bezierCurveTo(-1, 1.5, 3, 1.1, 4.7, 3.2)
  ctx.bezierCurveTo(5.7, 5, 5, 7.6, 4.1, 9.8)
  ctx.closePath()
  ctx.fill()
  ctx.strokeStyle = css(lighten(colour, -16), 0.55)
  ctx.lineWidth = 0.28
  for (const { knuckle } of fingers) {
    ctx.beginPath()
    ctx.arc(knuckle[0] * 0.92, knuckle[1] + 0.7, 0.75, Math.PI * 1.1, Math.PI * 1.9)
    ctx.stroke()
  }
  ctx.restore()
}

function drawArm(ctx: SKRSContext2D, placed: Placed, arms: Arms, reach: number): void {
  const [wx, wy] = toScreen(placed, wrist)
  const { elbow } = placed
  const length = Math.hypot(elbow.x - wx, elbow.y - wy) || 1
  const nx = -(elbow.y - wy) / length
  const ny = (elbow.x - wx) / length
  const thin = placed.scale * 2.6
  const thick = placed.scale * 4.3
  const quad = (from: number, to: number, grow: number, colour: Colour) => {
    const at = (t: number, sign: number): P => {
      const half = (thin + (thick - thin) * t) * grow * sign
      return [wx + (elbow.x - wx) * t + nx * half, wy + (elbow.y - wy) * t + ny * half]
    }
    const a = at(from, 1)
    const b = at(from, -1)
    const light = ctx.createLinearGradient(a[0], a[1], b[0], b[1])
    light.addColorStop(0, css(lighten(colour, -16)))
    light.addColorStop(0.45, css(lighten(colour, 4)))
    light.addColorStop(1, css(lighten(colour, -20)))
    ctx.fillStyle = light
    ctx.beginPath()
    for (const [i, [x, y]] of [a, at(to, 1), at(to, -1), b].entries()) {
      if (i) ctx.lineTo(x, y)
      else ctx.moveTo(x, y)
    }
    ctx.closePath()
    ctx.fill()
  }
  quad(-0.06, reach, 1, arms.gloved ? lighten(arms.skin, 0) : arms.skin)
  if (arms.gloved && arms.sleeve) quad(-0.06, 0.16, 1.12, lighten(arms.sleeve, -8))
  else if (arms.sleeve) quad(0.34, reach, 1.22, arms.sleeve)
}
