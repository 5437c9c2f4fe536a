import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import { createCanvas } from '@napi-rs/canvas'
import type { Art, State } from '../art/art.js'
import { css, hsl, lighten } from './colour.js'
import type { Look } from './look.js'
import { Pen } from './pen.js'
import type { Style } from './style.js'

/** Room about a thing for lids that are lifted, in centimetres. */
const MARGIN = 9
/** Pixels a centimetre at which sprites are kept. */
const DENSITY = 6.5

/**
 * One instance drawn once a state: a picture that is then placed, turned and scaled in every frame.
 * Cuts, peel, foil, paint and folds are laid over the drawing here, so that every kind of thing can take them.
 */
export class Sprite {
  readonly width: number
  readonly height: number
  private canvas: Canvas | undefined
  private scratch: Canvas | undefined
  private key = ''

  constructor(
    readonly art: Art,
    readonly look: Look,
    readonly style: Style,
  ) {
    this.width = art.size[0] * look.wide * look.size
    this.height = art.size[1] * look.tall * look.size
  }

  private sheet(): Canvas {
    return createCanvas(Math.ceil((this.width + 2 * MARGIN) * DENSITY), Math.ceil((this.height + 2 * MARGIN) * DENSITY))
  }

  /** Draws the instance, in the state, about the origin of a context whose unit is the centimetre. */
  paint(ctx: SKRSContext2D, state: State): void {
    const key = Object.values(state)
      .map((value: number) => Math.round(value * 40))
      .join()
    this.canvas ??= this.sheet()
    if (key !== this.key) {
      this.redraw(this.canvas, state)
      this.key = key
    }
    const { width, height } = this.canvas
    ctx.drawImage(this.canvas, -width / DENSITY / 2, -height / DENSITY / 2, width / DENSITY, height / DENSITY)
  }

  private redraw(canvas: Canvas, state: State): void {
    const { look, art } = this
    const ctx = canvas.getContext('2d')
    ctx.setTransform(1, 0, 0, 1, 0, 0)
    ctx.globalCompositeOperation = 'source-over'
    ctx.clearRect(0, 0, canvas.width, canvas.height)
    const sx = look.wide * look.size * (1 - 0.2 * state.squeeze)
    const sy = look.tall * look.size * (1 + 0.12 * state.squeeze)
    ctx.setTransform(DENSITY * sx, 0, 0, DENSITY * sy, canvas.width / 2, canvas.height / 2)
    art.draw(new Pen(ctx, this.style), look, state)
    this.overlays(ctx, state)
    if (state.cut > 0.02) this.slices(canvas, state.cut)
  }

  private overlays(ctx: SKRSContext2D, state: State): void {
    const { art, look } = this
    const [w, h] = art.size
    ctx.globalCompositeOperation = 'source-atop'
    if (state.peel > 0.02) {
      ctx.fillStyle = css(art.inside ?? lighten(look.main, 25), 0.92)
      ctx.fillRect(-w / 2 - 1, -h / 2 - 1, (w + 2) * state.peel, h + 2)
    }
    if (state.coat > 0.02) {
      ctx.fillStyle = css(look.accent, 0.85)
      ctx.fillRect(-w / 2 - 1, -h / 2 - 1, (w + 2) * state.coat, h + 2)
    }
    if (state.wrap > 0.02) this.wrapping(ctx, state.wrap)
    if (state.wet > 0.02) this.foam(ctx, state.wet)
    ctx.globalCompositeOperation = 'source-over'
  }

  private wrapping(ctx: SKRSContext2D, amount: number): void {
    const [w, h] = this.art.size
    const end = -w / 2 - 1 + (w + 2) * amount
    ctx.fillStyle = css(hsl(205, 8, 78), 0.96)
    ctx.fillRect(-w / 2 - 2, -h / 2 - 2, end + w / 2 + 2, h + 4)
    for (let i = 0; i < 9; i++) {
      const x = -w / 2 + (i + 0.5) * (w / 9)
      if (x > end) break
      ctx.strokeStyle = css(hsl(205, 8, i % 2 ? 95 : 56))
      ctx.lineWidth = 0.35
      ctx.beginPath()
      ctx.moveTo(x, -h / 2)
      ctx.lineTo(x + (this.look.p[i % 8]! - 0.5) * 3, h / 2)
      ctx.stroke()
    }
  }

  private foam(ctx: SKRSContext2D, amount: number): void {
    const [w, h] = this.art.size
    ctx.fillStyle = `rgba(255,255,255,${(0.75 * amount).toFixed(2)})`
    for (let i = 0; i < 14; i++) {
      ctx.beginPath()
      ctx.arc(
        (((i * 37) % 100) / 100 - 0.5) * w,
        (((i * 61) % 100) / 100 - 0.5) * h,
        0.5 + (i % 3) * 0.35,
        0,
        2 * Math.PI,
      )
      ctx.fill()
    }
  }

  /** Moves slices apart from the left: what a knife has passed. */
  private slices(canvas: Canvas, amount: number): void {
    const ctx = canvas.getContext('2d')
    this.scratch ??= this.sheet()
    const { scratch } = this
    const copy = scratch.getContext('2d')
    copy.setTransform(1, 0, 0, 1, 0, 0)
    copy.clearRect(0, 0, scratch.width, scratch.height)
    copy.drawImage(canvas, 0, 0)
    ctx.setTransform(1, 0, 0, 1, 0, 0)
    ctx.clearRect(0, 0, canvas.width, canvas.height)
    const pieces = 6
    const width = this.width * DENSITY
    const left = canvas.width / 2 - width / 2
    const done = amount * (pieces - 1)
    for (let i = 0; i < pieces; i++) {
      const from = i === 0 ? 0 : left + (width * i) / pieces
      const to = i === pieces - 1 ? canvas.width : left + (width * (i + 1)) / pieces
      const apart = -Math.max(0, Math.min(1, done - i)) * (pieces - 1 - i) * 0.42 * DENSITY
      const shift = i < done ? apart : 0
      ctx.drawImage(scratch, from, 0, to - from, canvas.height, from + shift, 0, to - from, canvas.height)
      if (i < done && i < pieces - 1) {
        ctx.globalCompositeOperation = 'source-atop'
        ctx.fillStyle = css(this.art.inside ?? lighten(this.look.main, 25))
        ctx.fillRect(to + shift - 0.5 * DENSITY, 0, 0.6 * DENSITY, canvas.height)
        ctx.globalCompositeOperation = 'source-over'
      }
    }
  }
}
