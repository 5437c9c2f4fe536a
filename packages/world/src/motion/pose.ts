import type { State } from '../art/art.js'
import { still } from '../art/art.js'
import type { Sprite } from '../draw/sprite.js'
import type { Vec3 } from '../place/camera.js'
import { inPlane } from '../place/camera.js'
import type { Random } from '../random.js'

/** A thing that takes part in an action, at a moment. */
export interface PropPose {
  at: Vec3
  /** Turn in the picture, radians, clockwise. */
  turn: number
  /** Mirrored left to right. */
  mirror: boolean
  /** Height as a share: what turning it over or pressing it does. */
  squash: number
  /** Size as a factor on the instance's own. */
  size: number
  state: State
  /** Held by a hand: it leaves the picture with the hand. */
  held: boolean
  /** Hidden below this point of the world: it is inside something. */
  into?: Vec3
  /** Drawn before (below) the others. */
  under?: boolean
}

/** A hand at a moment: `at` is the point between thumb and fingers. */
export interface HandPose {
  at: Vec3
  /** 0 open, 1 closed. */
  grip: number
  /** Turn against the forearm, radians. */
  bend: number
  shown: boolean
}

/** What is neither thing nor hand: a stream, drops, dust. Positions in the world. */
export interface Effect {
  kind: 'stream' | 'drops' | 'dust' | 'spark' | 'heap'
  from: Vec3
  to: Vec3
  hue: number
  amount: number
  phase: number
}

export interface Pose {
  props: PropPose[]
  right: HandPose
  left: HandPose
  effects: Effect[]
}

/** Who plays in an action: the noun's instance, a tool, a place where something goes; `side` is +1 for the right hand. */
export interface Cast {
  noun: Sprite
  tool?: Sprite
  site?: Sprite
  side: 1 | -1
  spot: Vec3
  random: Random
}

/** An action's course: the pose at `u` from 0 (start) to 1 (end). Built once an action, then asked for every frame. */
export type Program = (cast: Cast) => (u: number) => Pose

export const NOUN = 0

export const smooth = (t: number): number => {
  const x = Math.max(0, Math.min(1, t))
  return x * x * (3 - 2 * x)
}
/** The eased share of the way from `a` to `b` that `u` has gone. */
export const between = (u: number, a: number, b: number): number => smooth((u - a) / (b - a))

export const restOf = (side: 1 | -1): Vec3 => [side * 15, 4, -9]

export const hand = (at: Vec3, grip: number, bend = 0): HandPose => ({ at, grip, bend, shown: true })
export const idleHand = (side: 1 | -1): HandPose => ({ at: restOf(side), grip: 0.35, bend: 0, shown: true })
export const noHand = (side: 1 | -1): HandPose => ({ at: restOf(side), grip: 0.35, bend: 0, shown: false })

export function prop(at: Vec3, more: Partial<Omit<PropPose, 'state'>> & { state?: Partial<State> } = {}): PropPose {
  const { state, ...rest } = more
  return { at, turn: 0, mirror: false, squash: 1, size: 1, held: false, ...rest, state: { ...still, ...state } }
}

/** The world point of a spot given in an art's own centimetres, for a thing in a pose. */
export function pointOn(sprite: Sprite, pose: PropPose, local: readonly [number, number], side: 1 | -1 = 1): Vec3 {
  const { look } = sprite
  const x = local[0] * look.wide * look.size * pose.size * (pose.mirror ? -1 : 1) * side
  const y = local[1] * look.tall * look.size * pose.size * pose.squash
  const cos = Math.cos(pose.turn)
  const sin = Math.sin(pose.turn)
  return inPlane(pose.at, x * cos - y * sin, x * sin + y * cos)
}

/** Height of a thing's centre above the table when it rests there. */
export const standing = (sprite: Sprite): number => (sprite.art.stand ? sprite.height * 0.3 : 0.5)
export const onTable = (sprite: Sprite, x: number, z: number): Vec3 => [x, standing(sprite), z]

/** Puts the working hand and the other hand on their sides. */
export function hands(side: 1 | -1, working: HandPose, other: HandPose): Pick<Pose, 'left' | 'right'> {
  return side === 1 ? { right: working, left: other } : { right: other, left: working }
}
