import type { Canvas, SKRSContext2D } from '@napi-rs/canvas'
import { createCanvas } from '@napi-rs/canvas'
import { drawEffect } from '../draw/effects.js'
import { drawHand, drawThumb, placeHand } from '../draw/hands.js'
import type { Sway } from '../draw/person.js'
import { drawElbow, drawPerson } from '../draw/person.js'
import type { Sprite } from '../draw/sprite.js'
import type { HandPose, PropPose } from '../motion/pose.js'
import { paintAround, paintSides } from '../place/around.js'
import type { Vec3 } from '../place/camera.js'
import { add, facingOf } from '../place/camera.js'
import { NEAR, paintTable } from '../place/rooms.js'
import { worldSeed } from '../place/seeds.js'
import type { Station } from './station.js'
import { elbows } from './station.js'
import type { Person } from './wearer.js'

/** Where a hand rests that does nothing: below the table's near edge. */
const lap = (side: 1 | -1): Vec3 => [side * 15, -4, -33]

/** What cameras that stand about the table have of it: things farther than this from the camera stand behind the work. */
const WORK: Vec3 = [0, 4, 10]

/**
 * A station as one of the cameras around the table sees it: the room behind, the person, the table with its things, the
 * work, and what stands before it. What stands is painted once.
 */
export class Outside {
  private layers: { far: Canvas; table: Canvas; near: Canvas } | undefined
  private readonly facing: number

  constructor(
    private readonly station: Station,
    private readonly person: Person,
  ) {
    this.facing = facingOf(station.camera)
  }

  draw(ctx: SKRSContext2D, frame: number, sway: Sway): void {
    const { station, person } = this
    const { project, style } = station
    const faces = this.facing < 0
    const { far, table, near } = this.painted()
    const moment = station.moment(frame)
    const hands = this.hands(moment.hands)
    const arm = ({ side, pose }: (typeof hands)[number], what: 'thumb' | 'hand') => {
      const at = placeHand(pose, side, person.arms.size, elbows[side], project)
      if (what === 'thumb') drawThumb(ctx, at, pose.grip, person.arms, style)
      else {
        drawElbow(ctx, person, project, side)
        drawHand(ctx, at, pose.grip, person.arms, style, 1)
      }
    }
    // From the front the table hides what is below its edge; from behind the person stands before it.
    const below = faces ? hands.filter(({ pose }) => pose.at[2] < NEAR) : []
    const above = hands.filter((hand) => !below.includes(hand))
    ctx.drawImage(far, 0, 0)
    if (faces) drawPerson(ctx, person, project, true, sway)
    for (const hand of below) arm(hand, 'hand')
    ctx.drawImage(table, 0, 0)
    for (const { sprite, pose } of moment.items) station.shadow(ctx, sprite, pose)
    if (!faces) drawPerson(ctx, person, project, false, sway)
    for (const hand of above) arm(hand, 'thumb')
    for (const { sprite, pose } of moment.items) this.thing(ctx, sprite, pose)
    for (const effect of moment.effects) drawEffect(ctx, effect, project)
    for (const hand of above) arm(hand, 'hand')
    ctx.drawImage(near, 0, 0)
  }

  /** Frees what was painted. */
  forget(): void {
    this.layers = undefined
  }

  /** Both hands, also one that does nothing: others see it all the same. */
  private hands(shown: readonly { side: 1 | -1; pose: HandPose }[]) {
    const sides = ([1, -1] as const).filter((side) => !shown.some((hand) => hand.side === side))
    const idle = sides.map((side) => ({ side, pose: { at: lap(side), grip: 0.35, bend: 0, shown: true } }))
    return [...idle, ...shown]
  }

  private painted() {
    if (this.layers) return this.layers
    const { camera, cupboard, roomSeed, project, bystanders } = this.station
    const { place } = cupboard
    const [far, table, near] = [0, 1, 2].map(() => createCanvas(camera.width, camera.height)) as [
      Canvas,
      Canvas,
      Canvas,
    ]
    paintAround(far.getContext('2d'), camera, place, worldSeed(place, 'around', roomSeed, Math.round(camera.eye[0])))
    const ctx = table.getContext('2d')
    const wall = this.facing > 0
    paintSides(ctx, camera, project, place)
    paintTable({ ctx, project, wall }, place, roomSeed)
    const work = project(WORK).scale
    const ordered = [...bystanders].sort((a, b) => project(a.pose.at).scale - project(b.pose.at).scale)
    for (const { sprite, pose } of ordered) {
      this.station.shadow(ctx, sprite, pose)
      // What lies flat hides nothing.
      const before = sprite.art.stand && project(pose.at).scale > work
      this.thing(before ? near.getContext('2d') : ctx, sprite, pose)
    }
    this.layers = { far, table, near }
    return this.layers
  }

  /**
   * A thing's picture. One that stands faces the camera, mirrored and turned as far as it is seen from there; one that
   * lies is laid on the table's plane. The pictures are foreshortened as the wearer sees them, which is undone.
   */
  private thing(ctx: SKRSContext2D, sprite: Sprite, pose: PropPose): void {
    const { project } = this.station
    const { facing } = this
    const { x, y, scale } = project(pose.at)
    ctx.save()
    if (pose.into) {
      const rim = project(pose.into).y
      ctx.beginPath()
      ctx.rect(-300, -300, 1200, 300 + rim)
      ctx.clip()
    }
    if (sprite.art.stand) {
      ctx.translate(x, y)
      ctx.scale(scale * Math.sign(facing) * (0.72 + 0.28 * Math.abs(facing)), scale)
      ctx.rotate(pose.turn * Math.abs(facing))
    } else {
      const right = project(add(pose.at, [1, 0, 0]))
      const down = project(add(pose.at, [0, 0, -1.28]))
      ctx.transform(right.x - x, right.y - y, down.x - x, down.y - y, x, y)
      ctx.rotate(pose.turn)
    }
    ctx.scale(pose.size * (pose.mirror ? -1 : 1), pose.size * pose.squash)
    sprite.paint(ctx, pose.state)
    ctx.restore()
  }
}
