import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import { createCanvas } from '@napi-rs/canvas'
import { drawEffect } from '../draw/effects.js'
import type { Arms, PixelBox } from '../draw/hands.js'
import { drawHand, drawThumb, handBox, placeHand } from '../draw/hands.js'
import type { Sprite } from '../draw/sprite.js'
import { styles } from '../draw/style.js'
import type { Effect, HandPose, PropPose } from '../motion/pose.js'
import { smooth, standing } from '../motion/pose.js'
import type { Camera, Projected, Vec3 } from '../place/camera.js'
import { add, projection } from '../place/camera.js'
import { paintRoom } from '../place/rooms.js'
import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'
import type { Cupboard, Performance } from './cast.js'
import { perform } from './cast.js'
import type { Bystander } from './layout.js'
import { layOut } from './layout.js'
import type { StationPlan } from './plan-types.js'

/** Pixels that a station's still picture reaches beyond the frame on every side, for the head's motion. */
export const BLEED = 36

/** Seconds in which hands come into view before an action and leave after it. */
const REACH = 0.24

/** A thing that acts, with its place in the order of drawing. */
export interface Item {
  art: string
  sprite: Sprite
  pose: PropPose
  order: number
  noun: boolean
}

/** Everything that acts at a moment. */
export interface Moment {
  items: Item[]
  effects: Effect[]
  hands: { side: 1 | -1; pose: HandPose }[]
}

/** What is where at a moment, in pixels of an unmoved camera. */
export interface StationTruth {
  hands: { side: 'left' | 'right'; box: PixelBox; contact: boolean }[]
  objects: { art: string; box: PixelBox; contact: boolean; noun: boolean }[]
}

export const elbows: Record<1 | -1, Vec3> = { 1: [25, 6, -34], [-1]: [-25, 6, -34] }

/** A part of the counter with its actions, drawn from a camera. */
export class Station {
  private readonly performances: Performance[]
  readonly bystanders: Bystander[]
  private still: Canvas | undefined
  readonly project: (point: Vec3) => Projected

  constructor(
    readonly plan: StationPlan,
    readonly cupboard: Cupboard,
    readonly arms: Arms,
    readonly camera: Camera,
    readonly fps: number,
    readonly roomSeed: number,
  ) {
    const random = new Random(worldSeed(cupboard.place, 'layout', plan.seed))
    this.project = projection(camera)
    const two = plan.actions.length > 1
    const spots = plan.actions.map(
      (action): Vec3 =>
        two ? [action.side * 11, 0, random.range(9, 14)] : [action.side * random.range(-6, 9), 0, random.range(8, 17)],
    )
    this.performances = plan.actions.map((action, i) => perform(action, cupboard, spots[i]!))
    this.bystanders = layOut(
      cupboard,
      random,
      [...spots, [0, 0, 9]],
      this.performances.flatMap((one) => one.arts),
    )
  }

  /** Everything that acts at a frame (which may lie between frames). */
  moment(frame: number): Moment {
    const moment: Moment = { items: [], effects: [], hands: [] }
    for (const one of this.performances) this.play(one, frame, moment)
    for (const hover of this.plan.hover) {
      const shown = this.presence(frame, hover.from, hover.to)
      if (shown <= 0 || moment.hands.some((other) => other.side === hover.side)) continue
      const time = frame / this.fps
      const at: Vec3 = [
        hover.side * (9 + 2 * Math.sin(time * 1.7)),
        6 + 1.5 * Math.sin(time * 2.3),
        3 + 3 * Math.sin(time * 1.1),
      ]
      moment.hands.push({
        side: hover.side,
        pose: { at: lower(at, shown), grip: 0.4 + 0.2 * Math.sin(time * 1.3), bend: 0, shown: true },
      })
    }
    moment.items.sort((a, b) => a.order - b.order)
    return moment
  }

  private presence(frame: number, start: number, end: number): number {
    const reach = REACH * this.fps
    if (frame < start) return smooth(1 - (start - frame) / reach)
    return frame > end ? smooth(1 - (frame - end) / reach) : 1
  }

  private play({ plan, pose, sprites, arts }: Performance, frame: number, moment: Moment): void {
    const last = plan.end - 1
    const u = Math.max(0, Math.min(1, (frame - plan.start) / Math.max(1, last - plan.start)))
    const shown = this.presence(frame, plan.start, last)
    const now = pose(u)
    now.props.forEach((prop, i) => {
      if (prop.held && shown <= 0) return
      // A lid that was taken off leaves with the hand.
      const bare = sprites[i]!.art.lifts && prop.state.open > 0.5 && shown < 0.6
      const state = bare ? { ...prop.state, lid: 0 } : prop.state
      const lowered = prop.held ? { ...prop, at: lower(prop.at, shown), state } : { ...prop, state }
      const order = prop.under ? 0 : (prop.held ? 3 : i ? 1 : 2) + (i ? 0.5 : 0)
      moment.items.push({ art: arts[i]!, sprite: sprites[i]!, pose: lowered, order, noun: i === 0 })
    })
    if (shown > 0.95) moment.effects.push(...now.effects)
    if (shown <= 0) return
    for (const side of [-1, 1] as const) {
      const hand = side === 1 ? now.right : now.left
      if (hand.shown) moment.hands.push({ side, pose: { ...hand, at: lower(hand.at, shown) } })
    }
  }

  /** Draws the station at a frame into a context whose origin is the frame's corner before the head moved. */
  draw(ctx: SKRSContext2D, frame: number): void {
    const { style } = this
    ctx.drawImage(this.backdrop(), -BLEED, -BLEED)
    const moment = this.moment(frame)
    for (const { sprite, pose } of moment.items) this.shadow(ctx, sprite, pose)
    const placed = moment.hands.map(({ side, pose }) => ({
      pose,
      at: placeHand(pose, side, this.arms.size, elbows[side], this.project),
    }))
    for (const { pose, at } of placed) drawThumb(ctx, at, pose.grip, this.arms, style)
    for (const { sprite, pose } of moment.items) this.thing(ctx, sprite, pose)
    for (const effect of moment.effects) drawEffect(ctx, effect, this.project)
    for (const { pose, at } of placed) drawHand(ctx, at, pose.grip, this.arms, style)
  }

  get style() {
    return styles[this.cupboard.place]
  }

  private backdrop(): Canvas {
    if (this.still) return this.still
    this.still = createCanvas(this.camera.width + 2 * BLEED, this.camera.height + 2 * BLEED)
    const ctx = this.still.getContext('2d')
    ctx.translate(BLEED, BLEED)
    paintRoom(ctx, this.cupboard.place, this.roomSeed, this.project)
    for (const { sprite, pose } of this.bystanders) {
      this.shadow(ctx, sprite, pose)
      this.thing(ctx, sprite, pose)
    }
    return this.still
  }

  /** Frees the still picture once the head has turned away. */
  forget(): void {
    this.still = undefined
  }

  shadow(ctx: SKRSContext2D, sprite: Sprite, pose: PropPose): void {
    if (pose.into) return
    const ground = this.project([pose.at[0] + 1.2, 0, pose.at[2]])
    const height = Math.max(0, pose.at[1] - standing(sprite))
    const wide = sprite.width * 0.52 * ground.scale * pose.size
    const deep = Math.max(1.6, sprite.art.stand ? 2.6 : sprite.height * 0.42) * ground.scale
    const glow = ctx.createRadialGradient(0, 0, 0.2, 0, 0, 1)
    const alpha = 0.42 / (1 + height * 0.12)
    glow.addColorStop(0, `rgba(10,8,6,${alpha.toFixed(3)})`)
    glow.addColorStop(0.6, `rgba(10,8,6,${(alpha * 0.7).toFixed(3)})`)
    glow.addColorStop(1, 'rgba(10,8,6,0)')
    ctx.save()
    ctx.translate(ground.x, ground.y)
    if (!sprite.art.stand) ctx.rotate(pose.turn)
    ctx.scale(wide * 1.15, deep * 1.15)
    ctx.fillStyle = glow
    ctx.beginPath()
    ctx.arc(0, 0, 1, 0, 2 * Math.PI)
    ctx.fill()
    ctx.restore()
  }

  private thing(ctx: SKRSContext2D, sprite: Sprite, pose: PropPose): void {
    const { x, y, scale } = this.project(pose.at)
    ctx.save()
    if (pose.into) {
      const rim = this.project(pose.into).y
      ctx.beginPath()
      ctx.rect(-300, -300, 1200, 300 + rim)
      ctx.clip()
    }
    ctx.translate(x, y)
    ctx.rotate(pose.turn)
    const size = scale * pose.size
    ctx.scale(size * (pose.mirror ? -1 : 1), size * pose.squash)
    sprite.paint(ctx, pose.state)
    ctx.restore()
  }

  /** Boxes of all hands and things at a frame, things that stand about included. */
  truth(frame: number): StationTruth {
    const moment = this.moment(frame)
    const hands = moment.hands.map(({ side, pose }) => {
      const at = placeHand(pose, side, this.arms.size, elbows[side], this.project)
      return {
        side: side === 1 ? ('right' as const) : ('left' as const),
        box: handBox(at, pose.grip),
        contact: false,
        point: [at.x, at.y] as const,
      }
    })
    const objects = [
      ...this.bystanders.map(({ art, sprite, pose }) => ({
        art,
        box: this.boxOf(sprite, pose),
        contact: false,
        noun: false,
      })),
      ...moment.items.map(({ art, sprite, pose, noun }) => ({
        art,
        box: this.boxOf(sprite, pose),
        contact: false,
        noun,
      })),
    ].filter(({ box }) => box[2] - box[0] > 3 && box[3] - box[1] > 3)
    for (const hand of hands)
      for (const object of objects.slice(-moment.items.length || objects.length)) {
        if (!moment.items.some((item) => item.art === object.art) || !touches(hand.point, object.box)) continue
        hand.contact = true
        object.contact = true
      }
    return { hands: hands.map(({ point: _, ...hand }) => hand), objects }
  }

  private boxOf(sprite: Sprite, pose: PropPose): PixelBox {
    const { x, y, scale } = this.project(pose.at)
    const w = (sprite.width / 2) * scale * pose.size
    const h = (sprite.height / 2) * scale * pose.size * Math.abs(pose.squash)
    const cos = Math.abs(Math.cos(pose.turn))
    const sin = Math.abs(Math.sin(pose.turn))
    const halfX = w * cos + h * sin
    const halfY = w * sin + h * cos
    const bottom = pose.into ? Math.min(y + halfY, this.project(pose.into).y) : y + halfY
    return [x - halfX, y - halfY, x + halfX, bottom]
  }
}

const touches = ([x, y]: readonly [number, number], box: PixelBox): boolean =>
  x > box[0] - 3 && x < box[2] + 3 && y > box[1] - 3 && y < box[3] + 3

/** A hand that is not fully there is lower and nearer the wearer. */
const lower = (at: Vec3, shown: number): Vec3 => (shown >= 1 ? at : add(at, [0, -8 * (1 - shown), -24 * (1 - shown)]))
