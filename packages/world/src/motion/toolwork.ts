import type { State } from '../art/art.js'
import type { Vec3 } from '../place/camera.js'
import { add } from '../place/camera.js'
import type { Cast, Effect, Pose, Program, PropPose } from './pose.js'
import { between, hand, hands, onTable, pointOn, prop } from './pose.js'

/** How a tool in the working hand goes over the noun: its tip, its turn, and what that does to the noun. */
interface Stroke {
  tip: (u: number, half: number) => Vec3
  turn: (u: number) => number
  state?: (u: number) => Partial<State>
  toolState?: (u: number) => Partial<State>
  effects?: (u: number, tip: Vec3) => Effect[]
  /** How far the noun is raised, held by the other hand. */
  raised?: number
}

/** The noun lies before the wearer, steadied by one hand, and the tool's tip (its left end) does the work. */
function worked(cast: Cast, stroke: Stroke): (u: number) => Pose {
  const { noun, side, spot } = cast
  const tool = cast.tool as NonNullable<Cast['tool']>
  const at = add(onTable(noun, spot[0] * 0.3 - side * 1.5, 10), [0, stroke.raised ?? 0, 0])
  const half = noun.width / 2
  return (u) => {
    const pose: PropPose = prop(at, {
      mirror: side === 1,
      held: (stroke.raised ?? 0) > 0,
      state: { level: 0, ...stroke.state?.(u) },
    })
    const [x, y, z] = stroke.tip(u, half)
    const tip = add(at, [side * x, y, z])
    const turn = stroke.turn(u)
    const length = tool.width / 2
    const toolAt: Vec3 = [
      tip[0] + side * Math.cos(turn) * length,
      tip[1] + Math.sin(turn) * length * 0.64,
      tip[2] + Math.sin(turn) * length * 0.77,
    ]
    const toolPose = prop(toolAt, { held: true, mirror: side === -1, turn: -side * turn, state: stroke.toolState?.(u) })
    const hold = pointOn(noun, pose, [(half * 0.82) / (noun.look.wide * noun.look.size), noun.art.grip[1]])
    return {
      props: [pose, toolPose],
      effects: stroke.effects?.(u, tip) ?? [],
      ...hands(side, hand(pointOn(tool, toolPose, tool.art.grip), 0.92), hand(hold, 0.75)),
    }
  }
}

const beats = (cast: Cast, few: number, many: number) => few + cast.random.int(many - few + 1)

/** A knife goes through a thing slice by slice. */
export const cut: Program = (cast) => {
  const count = beats(cast, 3, 5)
  const up = (u: number) => Math.abs(Math.sin(u * count * Math.PI))
  return worked(cast, {
    tip: (u, half) => [half * (0.75 - 1.2 * u) - 4, 0.5 + 3.2 * up(u), -1 + 1.4 * Math.cos(u * count * 2 * Math.PI)],
    turn: (u) => 0.28 + 0.22 * up(u),
    state: (u) => ({ cut: u }),
  })
}

/** A peeler takes the skin off in strokes. */
export const peel: Program = (cast) => {
  const count = beats(cast, 3, 5)
  const saw = (u: number) => (u * count) % 1
  return worked(cast, {
    raised: 5,
    tip: (u, half) => [half * (-0.7 + 1.5 * saw(u)), 1.2 + 2 * (saw(u) > 0.8 ? 1 : 0), -1],
    turn: () => 0.35,
    state: (u) => ({ peel: Math.min(1, u * 1.05) }),
  })
}

/** A hammer is swung down on a thing. */
export const hit: Program = (cast) => {
  const count = beats(cast, 2, 4)
  const swing = (u: number) => Math.abs(Math.sin(u * count * Math.PI)) ** 0.8
  return worked(cast, {
    tip: (u) => [-1.5 + 2 * swing(u), 2.5 + 9 * swing(u), 0],
    turn: (u) => 0.15 + 0.85 * swing(u),
    effects: (u, tip) =>
      swing(u) < 0.25 && u > 0.1
        ? [{ kind: 'spark', from: add(tip, [0, -2, 0]), to: tip, hue: 45, amount: 1, phase: u }]
        : [],
  })
}

/** Sandpaper goes to and fro; dust rises. */
export const sand: Program = (cast) => {
  const count = beats(cast, 4, 6)
  return worked(cast, {
    tip: (u, half) => [-3 + half * 0.55 * Math.sin(u * count * 2 * Math.PI), 1.6, -0.5],
    turn: () => 0,
    state: (u) => ({ peel: 0.35 * u }),
    effects: (u, tip) => [{ kind: 'dust', from: tip, to: tip, hue: 35, amount: 0.8, phase: u * count }],
  })
}

/** A power drill is driven into a thing. */
export const drill: Program = (cast) =>
  worked(cast, {
    tip: (u) => [1.5 - 4 * between(u, 0.15, 0.85) + Math.sin(u * 150) * 0.2, 3.2 - 2.6 * between(u, 0.1, 0.85), 0],
    turn: (u) => 0.5 + Math.sin(u * 110) * 0.015,
    toolState: (u) => ({ on: 1, turn: u * 60 }),
    effects: (u, tip) => [{ kind: 'dust', from: tip, to: tip, hue: 30, amount: 1, phase: u * 7 }],
  })

/** A brush lays paint on in strokes. */
const stroked =
  (state: (u: number) => Partial<State>): Program =>
  (cast) => {
    const count = beats(cast, 2, 4)
    return worked(cast, {
      tip: (u, half) => [
        half * (0.7 - 1.4 * u) + 2 * Math.sin(u * count * 4 * Math.PI),
        1.4,
        1.5 * Math.sin(u * count * 2 * Math.PI),
      ],
      turn: (u) => 0.5 + 0.14 * Math.sin(u * count * 4 * Math.PI),
      state,
    })
  }
export const paint = stroked((u) => ({ coat: u }))
export const spread = stroked((u) => ({ coat: 0.2 + 0.7 * u }))

/** A ruler is laid along a thing and moved until it fits. */
export const measure: Program = (cast) =>
  worked(cast, {
    tip: (u, half) => [-half - 1 + 7 * (1 - between(u, 0, 0.4)), 1.5 + 6 * (1 - between(u, 0, 0.4)), -3.5],
    turn: (u) => 0.04 + 0.3 * (1 - between(u, 0, 0.45)) + 0.03 * Math.sin(u * 14),
  })
