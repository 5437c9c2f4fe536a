import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Effect } from '../motion/pose.js'
import type { Projected, Vec3 } from '../place/camera.js'
import { mix } from '../place/camera.js'
import { css, hsl } from './colour.js'

/** Draws streams, drops, dust, sparks and heaps. */
export function drawEffect(ctx: SKRSContext2D, effect: Effect, project: (p: Vec3) => Projected): void {
  const { kind, from, to, hue, amount, phase } = effect
  const start = project(from)
  const end = project(to)
  if (kind === 'stream') {
    ctx.lineCap = 'round'
    for (const [width, light, alpha] of [
      [1.5, 52, 0.75],
      [0.6, 84, 0.8],
    ] as const) {
      ctx.strokeStyle = css(hsl(hue, 60, light), alpha)
      ctx.lineWidth = width * start.scale
      ctx.beginPath()
      ctx.moveTo(start.x, start.y)
      ctx.quadraticCurveTo(end.x + (start.x - end.x) * 0.25, start.y + 2, end.x, end.y)
      ctx.stroke()
    }
    return
  }
  if (kind === 'heap') {
    ctx.fillStyle = css(hsl(hue, 60, 52))
    ctx.beginPath()
    ctx.ellipse(start.x, start.y - start.scale * 0.5, 2.1 * start.scale, 1.3 * start.scale, 0, 0, 2 * Math.PI)
    ctx.fill()
    return
  }
  const count = kind === 'spark' ? 7 : Math.round(10 * amount) + 2
  for (let i = 0; i < count; i++) {
    const own = (phase + i * 0.37) % 1
    const spread = Math.sin(i * 12.9898) * 2.4
    if (kind === 'drops') {
      const { x, y, scale } = project(mix([from[0] + spread, from[1], from[2]], [to[0] + spread, to[1], to[2]], own))
      ctx.fillStyle = css(hsl(hue, hue === 40 ? 20 : 60, hue === 40 ? 92 : 70), 0.9)
      ctx.beginPath()
      ctx.arc(x, y, scale * 0.4, 0, 2 * Math.PI)
      ctx.fill()
    } else if (kind === 'dust') {
      ctx.fillStyle = css(hsl(hue, 35, 72), 0.5 * (1 - own))
      ctx.beginPath()
      ctx.arc(
        start.x + spread * start.scale * (0.5 + own),
        start.y - own * 4 * start.scale,
        start.scale * (0.3 + 0.6 * own),
        0,
        2 * Math.PI,
      )
      ctx.fill()
    } else {
      const angle = (i / count) * 2 * Math.PI
      ctx.strokeStyle = css(hsl(hue, 90, 78), 0.85)
      ctx.lineWidth = start.scale * 0.3
      ctx.beginPath()
      ctx.moveTo(start.x + Math.cos(angle) * start.scale * 1.4, start.y + Math.sin(angle) * start.scale)
      ctx.lineTo(start.x + Math.cos(angle) * start.scale * 3, start.y + Math.sin(angle) * start.scale * 2.2)
      ctx.stroke()
    }
  }
}
