import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Projected, Vec3 } from '../place/camera.js'
import type { Person } from '../video/wearer.js'
import type { Colour } from './colour.js'
import { css, lighten } from './colour.js'

type Project = (point: Vec3) => Projected

/** Where the parts of a body are, in the world: the wearer's eyes are at [0, 46, -22]. */
const body = {
  head: [0, 48, -31],
  neck: [0, 36, -36],
  shoulders: { 1: [18.5, 31, -37], [-1]: [-18.5, 31, -37] },
  waist: { 1: [14, -12, -40], [-1]: [-14, -12, -40] },
  elbows: { 1: [25, 6, -34], [-1]: [-25, 6, -34] },
} as const

/** How the head has moved from its place, in centimetres. */
export interface Sway {
  x: number
  y: number
}

/** Draws the joint that rounds off the forearm. */
export function drawElbow(ctx: SKRSContext2D, { arms }: Person, project: Project, side: 1 | -1): void {
  const { x, y, scale } = project(body.elbows[side])
  ctx.fillStyle = css(lighten(arms.sleeve ?? arms.skin, -8))
  ctx.beginPath()
  ctx.arc(x, y, 4.4 * scale * (arms.sleeve ? 1.15 : 0.95) * arms.size, 0, 2 * Math.PI)
  ctx.fill()
}

/** Draws torso, upper arms and head as somebody else sees them; forearms and hands are drawn with what they hold. */
export function drawPerson(ctx: SKRSContext2D, person: Person, project: Project, faces: boolean, sway: Sway): void {
  ctx.save()
  ctx.lineCap = 'round'
  ctx.lineJoin = 'round'
  torso(ctx, person, project)
  for (const side of [1, -1] as const) upperArm(ctx, person, project, side)
  neck(ctx, person, project, sway)
  head(ctx, person, project, faces, sway)
  ctx.restore()
}

function torso(ctx: SKRSContext2D, { shirt }: Person, project: Project): void {
  const at = (point: Vec3) => project(point)
  const [left, right] = [at(body.shoulders[-1]), at(body.shoulders[1])]
  const [low, lower] = [at(body.waist[-1]), at(body.waist[1])]
  const collar = at(body.neck)
  const light = ctx.createLinearGradient(left.x, left.y, right.x, right.y)
  light.addColorStop(0, css(lighten(shirt, -14)))
  light.addColorStop(0.4, css(lighten(shirt, 5)))
  light.addColorStop(1, css(lighten(shirt, -16)))
  ctx.fillStyle = light
  ctx.strokeStyle = light
  ctx.lineWidth = 9 * collar.scale
  ctx.beginPath()
  ctx.moveTo(left.x, left.y)
  ctx.quadraticCurveTo(collar.x, collar.y - 1.5 * collar.scale, right.x, right.y)
  ctx.lineTo(lower.x, lower.y)
  ctx.lineTo(low.x, low.y)
  ctx.closePath()
  ctx.fill()
  ctx.stroke()
}

function upperArm(ctx: SKRSContext2D, { shirt, arms }: Person, project: Project, side: 1 | -1): void {
  const shoulder = project(body.shoulders[side])
  const elbow = project(body.elbows[side])
  const limb = (colour: Colour, width: number, to: Projected) => {
    ctx.strokeStyle = css(colour)
    ctx.lineWidth = width * shoulder.scale
    ctx.beginPath()
    ctx.moveTo(shoulder.x, shoulder.y)
    ctx.lineTo(to.x, to.y)
    ctx.stroke()
  }
  const half = { ...elbow, x: (shoulder.x + elbow.x) / 2, y: (shoulder.y + elbow.y) / 2 }
  if (arms.sleeve) limb(lighten(arms.sleeve, -7), 9.4, elbow)
  else {
    limb(lighten(arms.skin, -6), 7.6, elbow)
    limb(lighten(shirt, -7), 9.6, half)
  }
}

const moved = ([x, y, z]: Vec3, sway: Sway, share = 1): Vec3 => [x + sway.x * share, y + sway.y * share, z]

function neck(ctx: SKRSContext2D, { arms }: Person, project: Project, sway: Sway): void {
  const from = project(body.neck)
  const to = project(moved(body.head, sway))
  ctx.strokeStyle = css(lighten(arms.skin, -10))
  ctx.lineWidth = 7.4 * from.scale
  ctx.beginPath()
  ctx.moveTo(from.x, from.y)
  ctx.lineTo(to.x, to.y)
  ctx.stroke()
}

function head(ctx: SKRSContext2D, person: Person, project: Project, faces: boolean, sway: Sway): void {
  const { arms, hair, long } = person
  const centre = project(moved(body.head, sway))
  // The face looks down at the table: what is on its front lies ahead of the head and lower.
  const front = project(moved([0, 45, -22.5], sway))
  const { scale } = centre
  const ball = (x: number, y: number, rx: number, ry: number, colour: Colour) => {
    const light = ctx.createRadialGradient(x - rx * 0.3, y - ry * 0.4, rx * 0.1, x, y, Math.max(rx, ry))
    light.addColorStop(0, css(lighten(colour, 8)))
    light.addColorStop(1, css(lighten(colour, -10)))
    ctx.fillStyle = light
    ctx.beginPath()
    ctx.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI)
    ctx.fill()
  }
  const { x, y } = centre
  const [dx, dy] = [front.x - x, front.y - y]
  if (long > 0) ball(x - dx * 0.5, y + 3 * scale * long, 9 * scale, (10 + 5 * long) * scale, lighten(hair, -4))
  ball(x, y, 8.4 * scale, 10.6 * scale, arms.skin)
  // The hair covers what is turned away from the face.
  ctx.save()
  ctx.beginPath()
  ctx.ellipse(x, y, 8.8 * scale, 11 * scale, 0, 0, 2 * Math.PI)
  ctx.clip()
  if (faces) ball(x - dx * 0.75, y - dy * 0.75 - 7.5 * scale, 10.5 * scale, 9 * scale, hair)
  else ball(x - dx * 0.4, y - dy * 0.4 - 2.4 * scale, 9.4 * scale, 11 * scale, hair)
  if (faces) glasses(ctx, x + dx * 0.55, y + dy * 0.55, scale, Math.abs(dx) / (8 * scale))
  ctx.restore()
}

/** The glasses that carry the wearer's camera. */
function glasses(ctx: SKRSContext2D, x: number, y: number, scale: number, aside: number): void {
  const half = 6.6 * scale * (1 - 0.3 * Math.min(1, aside))
  ctx.strokeStyle = 'rgb(24,24,28)'
  ctx.lineWidth = 1.1 * scale
  ctx.beginPath()
  ctx.moveTo(x - half * 1.5, y - 0.6 * scale)
  ctx.lineTo(x + half * 1.5, y - 0.6 * scale)
  ctx.stroke()
  ctx.fillStyle = 'rgb(32,34,40)'
  for (const side of [-1, 1]) {
    ctx.beginPath()
    ctx.ellipse(x + side * half * 0.52, y, half * 0.42, 1.9 * scale, 0, 0, 2 * Math.PI)
    ctx.fill()
  }
}
