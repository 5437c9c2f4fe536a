import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import { createCanvas } from '@napi-rs/canvas'
import { css } from '../draw/colour.js'
import type { PixelBox } from '../draw/hands.js'
import { styles } from '../draw/style.js'
import { smooth } from '../motion/pose.js'
import type { Camera } from '../place/camera.js'
import { egoCamera, isEgo } from '../place/camera.js'
import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'
import { Cupboard } from './cast.js'
import { Outside } from './outside.js'
import type { VideoPlan } from './plan-types.js'
import type { StationTruth } from './station.js'
import { BLEED, Station } from './station.js'
import type { HeadMotion } from './wearer.js'
import { armsOf, headOf, personOf } from './wearer.js'

/** Width and height of every video in pixels. */
export const FRAME = { width: 256, height: 192 } as const

/** Half the time, in seconds, that the head takes to turn to the next part of the counter. */
const TURN = 0.16

/** What is where in a frame: boxes relative to the frame (left, top, right, bottom in 0..1). */
export interface FrameTruth {
  frame: number
  time: number
  hands: { side: 'left' | 'right'; box: [number, number, number, number]; contact: boolean }[]
  objects: { art: string; box: [number, number, number, number]; contact: boolean; noun: boolean }[]
}

/**
 * A planned video that can be drawn frame by frame, from the wearer's eyes or from any other camera.
 *
 * @example
 * const film = new Film(plan, 1)
 * film.draw(canvas.getContext('2d'), 0)
 */
export class Film {
  private readonly stations: Station[]
  private readonly head: (time: number) => HeadMotion
  private veil: Canvas | undefined
  private noise: Canvas | undefined
  /** The stations from outside; none for the wearer's eyes. */
  private readonly outside: ReadonlyMap<Station, Outside>
  private layer: Canvas | undefined

  constructor(
    readonly plan: VideoPlan,
    worldSeedNumber: number,
    readonly camera: Camera = egoCamera(FRAME.width, FRAME.height),
  ) {
    const { place, participant } = plan
    const cupboard = new Cupboard(place, worldSeedNumber, participant)
    const arms = armsOf(place, worldSeedNumber, participant)
    const room = worldSeed(place, 'room', worldSeedNumber, participant, plan.seed)
    this.stations = plan.stations.map((station) => new Station(station, cupboard, arms, camera, plan.fps, room))
    this.head = headOf(place, plan.seed)
    const person = personOf(place, worldSeedNumber, participant)
    const outside = isEgo(camera) ? [] : this.stations
    this.outside = new Map(outside.map((station) => [station, new Outside(station, person)]))
  }

  /** Draws a frame over the whole context. */
  draw(ctx: SKRSContext2D, frame: number): void {
    const { width, height } = this.camera
    if (this.outside.size) this.drawOutside(ctx, frame)
    else
      for (const { station, shift } of this.seen(frame)) {
        this.enter(ctx, frame, shift)
        station.draw(ctx, frame)
        ctx.restore()
      }
    ctx.setTransform(1, 0, 0, 1, 0, 0)
    // Made when the first frame is drawn: who only asks where things are needs none.
    this.veil ??= this.makeVeil()
    this.noise ??= this.makeNoise()
    ctx.drawImage(this.veil, 0, 0)
    const random = new Random(this.plan.seed + frame)
    if (this.noise) ctx.drawImage(this.noise, -random.int(width), -random.int(height))
    for (const station of this.stations) if (station.plan.to < frame - this.plan.fps) this.forget(station)
  }

  private forget(station: Station): void {
    station.forget()
    this.outside.get(station)?.forget()
  }

  /** A camera that stands still: room and person stay, and one part of the counter dissolves into the next. */
  private drawOutside(ctx: SKRSContext2D, frame: number): void {
    const { dx, dy } = this.head(frame / this.plan.fps)
    const sway = { x: dx * 0.2, y: -dy * 0.2 }
    const [first, second] = this.seen(frame)
    ctx.setTransform(1, 0, 0, 1, 0, 0)
    this.outside.get(first!.station)!.draw(ctx, frame, sway)
    if (!second) return
    this.layer ??= createCanvas(this.camera.width, this.camera.height)
    this.outside.get(second.station)!.draw(this.layer.getContext('2d'), frame, sway)
    ctx.globalAlpha = 1 - second.shift / this.span
    ctx.drawImage(this.layer, 0, 0)
    ctx.globalAlpha = 1
  }

  /** How far a turn of the head pushes a station aside, in pixels. */
  private get span(): number {
    return this.camera.width + 2 * BLEED - 2
  }

  /** Boxes of hands and things of a frame, clipped to it. */
  truth(frame: number): FrameTruth {
    const result: FrameTruth = { frame, time: frame / this.plan.fps, hands: [], objects: [] }
    for (const { station, shift } of this.seen(frame)) {
      const { hands, objects }: StationTruth = station.truth(frame)
      for (const hand of hands) {
        const box = this.moved(hand.box, frame, shift)
        if (box) result.hands.push({ ...hand, box })
      }
      for (const object of objects) {
        const box = this.moved(object.box, frame, shift)
        if (box) result.objects.push({ ...object, box })
      }
    }
    return result
  }

  /** The stations in view and how far each is pushed aside by the turning head. */
  private seen(frame: number): { station: Station; shift: number }[] {
    const width = this.span
    const half = Math.max(1, TURN * this.plan.fps)
    const index = this.stations.findIndex(({ plan }) => frame < plan.to)
    const at = index < 0 ? this.stations.length - 1 : index
    const station = this.stations[at] as Station
    const { from, to } = station.plan
    if (at > 0 && frame < from + half) {
      const gone = 0.5 + 0.5 * ((frame - from) / half)
      return [
        { station: this.stations[at - 1] as Station, shift: -smooth(gone) * width },
        { station, shift: (1 - smooth(gone)) * width },
      ]
    }
    if (at < this.stations.length - 1 && frame > to - half) {
      const gone = 0.5 * (1 - (to - frame) / half)
      return [
        { station, shift: -smooth(gone) * width },
        { station: this.stations[at + 1] as Station, shift: (1 - smooth(gone)) * width },
      ]
    }
    return [{ station, shift: 0 }]
  }

  private enter(ctx: SKRSContext2D, frame: number, shift: number): void {
    const { dx, dy, roll, zoom } = this.motion(frame)
    const { width, height } = this.camera
    ctx.save()
    ctx.setTransform(1, 0, 0, 1, 0, 0)
    ctx.translate(width / 2 + dx + shift, height / 2 + dy)
    ctx.rotate(roll)
    ctx.scale(zoom, zoom)
    ctx.translate(-width / 2, -height / 2)
  }

  private motion(frame: number): HeadMotion {
    return this.outside.size ? { dx: 0, dy: 0, roll: 0, zoom: 1 } : this.head(frame / this.plan.fps)
  }

  private moved(box: PixelBox, frame: number, shift: number): [number, number, number, number] | undefined {
    const { dx, dy, roll, zoom } = this.motion(frame)
    const { width, height } = this.camera
    const cos = Math.cos(roll) * zoom
    const sin = Math.sin(roll) * zoom
    const corners = [
      [box[0], box[1]],
      [box[2], box[1]],
      [box[2], box[3]],
      [box[0], box[3]],
    ].map(([x, y]) => {
      const ox = x! - width / 2
      const oy = y! - height / 2
      return [width / 2 + dx + shift + ox * cos - oy * sin, height / 2 + dy + ox * sin + oy * cos] as const
    })
    const clip = (value: number) => Math.max(0, Math.min(1, value))
    const left = clip(Math.min(...corners.map(([x]) => x)) / width)
    const right = clip(Math.max(...corners.map(([x]) => x)) / width)
    const top = clip(Math.min(...corners.map(([, y]) => y)) / height)
    const bottom = clip(Math.max(...corners.map(([, y]) => y)) / height)
    return right - left > 0.012 && bottom - top > 0.012 ? [left, top, right, bottom] : undefined
  }

  private makeVeil() {
    const { width, height } = this.camera
    const style = styles[this.plan.place]
    const veil = createCanvas(width, height)
    const ctx = veil.getContext('2d')
    ctx.fillStyle = css(style.tint.colour, style.tint.alpha)
    ctx.fillRect(0, 0, width, height)
    const random = new Random(worldSeed(this.plan.place, 'light', this.plan.seed))
    const dark = ctx.createRadialGradient(
      width * random.range(0.35, 0.65),
      height * 0.4,
      height * 0.25,
      width / 2,
      height / 2,
      height * 0.95,
    )
    dark.addColorStop(0, 'rgba(255,250,235,0.06)')
    dark.addColorStop(0.5, 'rgba(0,0,0,0.02)')
    dark.addColorStop(1, `rgba(5,5,10,${style.vignette})`)
    ctx.fillStyle = dark
    ctx.fillRect(0, 0, width, height)
    return veil
  }

  private makeNoise() {
    const { grain } = styles[this.plan.place]
    if (!grain) return undefined
    const { width, height } = this.camera
    const canvas = createCanvas(width * 2, height * 2)
    const ctx = canvas.getContext('2d')
    const image = ctx.createImageData(width * 2, height * 2)
    const random = new Random(worldSeed(this.plan.place, 'grain', this.plan.seed))
    for (let i = 0; i < image.data.length; i += 4) {
      const value = random.next() < 0.5 ? 0 : 255
      image.data[i] = image.data[i + 1] = image.data[i + 2] = value
      image.data[i + 3] = random.next() * grain * 255
    }
    ctx.putImageData(image, 0, 0)
    return canvas
  }
}
