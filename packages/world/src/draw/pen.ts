import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Colour } from './colour.js'
import { css, lighten } from './colour.js'
import type { Look } from './look.js'
import type { Style } from './style.js'

export type Point = readonly [x: number, y: number]

/** Points one by one, or as one list x, y, x, y, ... */
export type Points = readonly Point[] | readonly number[]

function listed(points: Points): readonly Point[] {
  if (typeof points[0] !== 'number') return points as readonly Point[]
  const flat = points as readonly number[]
  return Array.from({ length: flat.length / 2 }, (_, i): Point => [flat[2 * i]!, flat[2 * i + 1]!])
}

export interface Fill {
  /** How light falls: across a turned body, over a ball, down a front, or not at all. */
  shade?: 'turned' | 'ball' | 'front' | 'flat'
  /** Lays the instance's pattern over the shape. */
  pattern?: Look
  outline?: boolean
}

/** Draws shaded shapes in centimetres (x right, y down) in a style; every thing of the world is made of its strokes. */
export class Pen {
  constructor(
    readonly ctx: SKRSContext2D,
    readonly style: Style,
  ) {}

  rect(x: number, y: number, w: number, h: number, radius: number, colour: Colour, fill: Fill = {}): void {
    this.shape([x, y, w, h], colour, { shade: 'front', ...fill }, () => {
      this.ctx.roundRect(x, y, w, h, Math.min(radius, w / 2, h / 2))
    })
  }

  ellipse(x: number, y: number, rx: number, ry: number, colour: Colour, fill: Fill = {}): void {
    this.shape([x - rx, y - ry, 2 * rx, 2 * ry], colour, { shade: 'ball', ...fill }, () => {
      this.ctx.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI)
    })
  }

  /** A closed outline through the points; `smooth` rounds its corners. */
  poly(outline: Points, colour: Colour, fill: Fill & { smooth?: boolean } = {}): void {
    const points = listed(outline)
    this.shape(boundsOf(points), colour, { shade: 'front', ...fill }, () => {
      if (fill.smooth) smoothPath(this.ctx, points)
      else points.forEach(([x, y], i) => void (i ? this.ctx.lineTo(x, y) : this.ctx.moveTo(x, y)))
      this.ctx.closePath()
    })
  }

  /** A body turned on a lathe, seen from above at an angle: `half` lists [radius, y] from top to bottom. */
  lathe(half: Points, colour: Colour, fill: Fill = {}): void {
    const profile = listed(half)
    const first = profile[0] as Point
    const last = profile[profile.length - 1] as Point
    const widest = Math.max(...profile.map(([radius]) => radius))
    const bottom = last[0] * TILT
    this.shape(
      [-widest, first[1], 2 * widest, last[1] + bottom - first[1]],
      colour,
      { shade: 'turned', ...fill },
      () => {
        const { ctx } = this
        ctx.moveTo(-first[0], first[1])
        ctx.ellipse(0, first[1], first[0], first[0] * TILT, 0, Math.PI, 2 * Math.PI)
        for (const [radius, y] of profile.slice(1)) ctx.lineTo(radius, y)
        ctx.ellipse(0, last[1], last[0], bottom, 0, 0, Math.PI)
        for (const [radius, y] of [...profile].reverse().slice(1)) ctx.lineTo(-radius, y)
        ctx.closePath()
      },
    )
  }

  /** The open mouth of a turned body with what is in it: `level` 0 (empty) to 1 (full). */
  mouth(y: number, radius: number, depth: number, colour: Colour, level = 0, liquid?: Colour): void {
    const { ctx } = this
    ctx.save()
    this.ellipse(0, y, radius, radius * TILT, lighten(colour, -22), { shade: 'flat' })
    ctx.beginPath()
    ctx.ellipse(0, y, radius * 0.94, radius * TILT * 0.92, 0, 0, 2 * Math.PI)
    ctx.clip()
    if (liquid && level > 0) {
      const down = (1 - level) * depth * 0.45
      this.ellipse(0, y + down, radius * 0.95, radius * TILT, liquid, { shade: 'front', outline: false })
    }
    ctx.restore()
    this.ring(y, radius, lighten(colour, 14))
  }

  ring(y: number, radius: number, colour: Colour, width = 0.35): void {
    const { ctx } = this
    ctx.strokeStyle = css(colour)
    ctx.lineWidth = width
    ctx.beginPath()
    ctx.ellipse(0, y, radius, radius * TILT, 0, 0, 2 * Math.PI)
    ctx.stroke()
  }

  /** A rounded stroke of a width through points. */
  line(course: Points, width: number, colour: Colour, smooth = false): void {
    const points = listed(course)
    const { ctx, style } = this
    const path = () => {
      ctx.beginPath()
      if (smooth) openSmoothPath(ctx, points)
      else points.forEach(([x, y], i) => void (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)))
      ctx.stroke()
    }
    ctx.lineCap = 'round'
    ctx.lineJoin = 'round'
    if (style.outline > 0 && width > 0.5) {
      ctx.lineWidth = width + 2 * style.outline
      ctx.strokeStyle = css(lighten(colour, -style.outlineDark))
      path()
    }
    ctx.lineWidth = width
    ctx.strokeStyle = css(colour)
    path()
    if (style.shading > 8 && width > 0.8) {
      ctx.save()
      ctx.translate(-width * 0.12, -width * 0.14)
      ctx.lineWidth = width * 0.35
      ctx.strokeStyle = css(lighten(colour, style.shading * 0.5), 0.8)
      path()
      ctx.restore()
    }
  }

  /** A soft highlight. */
  shine(x: number, y: number, rx: number, ry: number, turn = 0): void {
    const { ctx, style } = this
    ctx.fillStyle = `rgba(255,255,255,${(0.55 * style.gloss).toFixed(3)})`
    ctx.beginPath()
    ctx.ellipse(x, y, rx, ry, turn, 0, 2 * Math.PI)
    ctx.fill()
  }

  /** Any closed path with the style's light, pattern and outline; `box` is its [x, y, width, height]. */
  shape(box: readonly [number, number, number, number], colour: Colour, fill: Fill, path: () => void): void {
    const { ctx, style } = this
    ctx.beginPath()
    path()
    ctx.fillStyle = fill.shade === 'flat' || style.shading === 0 ? css(colour) : this.light(box, colour, fill.shade)
    ctx.fill()
    if (fill.pattern && fill.pattern.pattern !== 'plain') this.lay(fill.pattern, box, path)
    if (style.outline > 0 && fill.outline !== false) {
      ctx.beginPath()
      path()
      ctx.lineWidth = style.outline
      ctx.lineJoin = 'round'
      ctx.strokeStyle = css(lighten(colour, -style.outlineDark))
      ctx.stroke()
    }
  }

  private light([x, y, w, h]: readonly [number, number, number, number], colour: Colour, shade: Fill['shade']) {
    const { ctx, style } = this
    const amount = style.shading * (shade === 'front' || shade === undefined ? 0.62 : 1)
    if (shade === 'ball') {
      const radius = Math.max(w, h) * 0.62
      const gradient = ctx.createRadialGradient(
        x + w * 0.36,
        y + h * 0.3,
        radius * 0.06,
        x + w * 0.46,
        y + h * 0.46,
        radius,
      )
      gradient.addColorStop(0, css(lighten(colour, amount * 0.8)))
      gradient.addColorStop(0.45, css(colour))
      gradient.addColorStop(1, css(lighten(colour, -amount)))
      return gradient
    }
    const gradient =
      shade === 'turned' ? ctx.createLinearGradient(x, 0, x + w, 0) : ctx.createLinearGradient(x, y, x + w * 0.3, y + h)
    gradient.addColorStop(0, css(lighten(colour, shade === 'turned' ? -amount * 0.25 : amount * 0.35)))
    gradient.addColorStop(0.3, css(lighten(colour, amount * 0.4)))
    gradient.addColorStop(0.6, css(colour))
    gradient.addColorStop(1, css(lighten(colour, -amount)))
    return gradient
  }

  private lay(look: Look, [x, y, w, h]: readonly [number, number, number, number], path: () => void): void {
    const { ctx } = this
    ctx.save()
    ctx.beginPath()
    path()
    ctx.clip()
    ctx.fillStyle = css(look.second, 0.75)
    const step = Math.max(1.3, (0.14 + 0.14 * (look.p[6] ?? 0)) * Math.max(w, h))
    if (look.pattern === 'band') ctx.fillRect(x, y + h * (0.3 + 0.2 * (look.p[7] ?? 0)), w, h * 0.22)
    if (look.pattern === 'stripes') for (let at = x; at < x + w; at += step) ctx.fillRect(at, y, step * 0.42, h)
    if (look.pattern === 'checks' || look.pattern === 'dots') {
      for (let row = 0, at = y; at < y + h; at += step, row++)
        for (let across = x + (row % 2) * step; across < x + w; across += 2 * step) {
          if (look.pattern === 'checks') ctx.fillRect(across, at, step, step)
          else {
            ctx.beginPath()
            ctx.arc(across + step / 2, at + step / 2, step * 0.36, 0, 2 * Math.PI)
            ctx.fill()
          }
        }
    }
    ctx.restore()
  }
}

/** Height of a circle lying flat, as a share of its width, as the wearer sees it. */
export const TILT = 0.36

function boundsOf(points: readonly Point[]): [number, number, number, number] {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const left = Math.min(...xs)
  const top = Math.min(...ys)
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top]
}

function smoothPath(ctx: SKRSContext2D, points: readonly Point[]): void {
  const count = points.length
  const middle = (i: number): Point => {
    const [ax, ay] = points[i % count] as Point
    const [bx, by] = points[(i + 1) % count] as Point
    return [(ax + bx) / 2, (ay + by) / 2]
  }
  const [startX, startY] = middle(0)
  ctx.moveTo(startX, startY)
  for (let i = 1; i <= count; i++) {
    const [cx, cy] = points[i % count] as Point
    const [x, y] = middle(i)
    ctx.quadraticCurveTo(cx, cy, x, y)
  }
}

function openSmoothPath(ctx: SKRSContext2D, points: readonly Point[]): void {
  const [first] = points
  if (!first) return
  ctx.moveTo(first[0], first[1])
  for (let i = 1; i < points.length - 1; i++) {
    const [cx, cy] = points[i] as Point
    const [nx, ny] = points[i + 1] as Point
    const end = i === points.length - 2
    ctx.quadraticCurveTo(cx, cy, end ? nx : (cx + nx) / 2, end ? ny : (cy + ny) / 2)
  }
  if (points.length === 2) {
    const [x, y] = points[1] as Point
    ctx.lineTo(x, y)
  }
}
