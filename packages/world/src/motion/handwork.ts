import type { Vec3 } from '../place/camera.js'
import { add, mix } from '../place/camera.js'
import type { Effect, Program } from './pose.js'
import { between, hand, hands, noHand, onTable, pointOn, prop, restOf } from './pose.js'

const opposite = (side: 1 | -1): 1 | -1 => (side === 1 ? -1 : 1)

/** A held thing is moved fast up and down. */
export const shake: Program = ({ noun, side, spot, random }) => {
  const centre: Vec3 = [spot[0] * 0.3 + side * 2, 11, 8]
  const times = random.pick([4, 5, 6])
  return (u) => {
    const beat = Math.sin(u * times * 2 * Math.PI)
    const pose = prop(add(centre, [beat * 0.8, beat * 3.4, beat * 2]), { held: true, turn: side * 0.3 + beat * 0.32 })
    return {
      props: [pose],
      effects: [],
      ...hands(side, hand(pointOn(noun, pose, noun.art.grip, side), 0.9, beat * 0.25), noHand(opposite(side))),
    }
  }
}

/** A thing is lifted, turned over about its long axis and laid down. */
export const flip: Program = ({ noun, side, spot }) => {
  const rest = onTable(noun, spot[0] * 0.5, 11)
  return (u) => {
    const lift = Math.sin(Math.PI * between(u, 0.2, 0.8))
    const over = Math.cos(Math.PI * between(u, 0.28, 0.72))
    const reach = u < 0.5 ? between(u, 0, 0.2) : 1 - between(u, 0.8, 1)
    const pose = prop(add(rest, [0, lift * 8, 0]), {
      held: u > 0.2 && u < 0.8,
      squash: Math.abs(over) < 0.14 ? 0.14 * Math.sign(over || 1) : over,
    })
    const grip = pointOn(noun, pose, [noun.art.grip[0], noun.art.grip[1] * 0.4], side)
    return {
      props: [pose],
      effects: [],
      ...hands(
        side,
        hand(mix(restOf(side), grip, reach), 0.4 + 0.5 * reach, side * (1 - over) * 0.3),
        noHand(opposite(side)),
      ),
    }
  }
}

/** The flat hand comes down on a thing and presses it. */
export const press: Program = ({ noun, side, spot, random }) => {
  const rest = onTable(noun, spot[0] * 0.5, 11)
  const times = random.pick([1, 2])
  return (u) => {
    const down = 0.5 - 0.5 * Math.cos(u * times * 2 * Math.PI)
    const force = Math.max(0, down - 0.55) / 0.45
    const pose = prop(add(rest, [0, -force * 0.8, 0]), { squash: 1 - 0.3 * force })
    const top = pointOn(noun, pose, [side * 1.5, -noun.art.size[1] * 0.2])
    return {
      props: [pose],
      effects: [],
      ...hands(side, hand(add(top, [0, 9 * (1 - Math.min(1, down / 0.55)), 0]), 0.12), noHand(opposite(side))),
    }
  }
}

/** A thing is held before the eyes and turned slowly to and fro. */
export const inspect: Program = ({ noun, side, spot, random }) => {
  const from = onTable(noun, spot[0] * 0.4, 8)
  const eyes: Vec3 = [spot[0] * 0.2, 15, 5]
  const swing = random.range(0.35, 0.6)
  const { grip } = noun.art
  return (u) => {
    const up = between(u, 0, 0.25)
    const pose = prop(mix(from, eyes, up), {
      held: true,
      turn: Math.sin(u * 6.3) * swing,
      squash: 1 - 0.25 * Math.abs(Math.sin(u * 5)),
    })
    const at = pointOn(noun, pose, [grip[0] * 1.2, grip[1] + 2], side)
    return { props: [pose], effects: [], ...hands(side, hand(at, 0.85), noHand(opposite(side))) }
  }
}

/** Both hands pull a thing into two parts. */
export const divide: Program = ({ noun, side, spot }) => {
  const at: Vec3 = [spot[0] * 0.3, 8, 9]
  return (u) => {
    const apart = between(u, 0.3, 0.9)
    const strain = u < 0.35 ? Math.sin(u * 40) * 0.08 : 0
    const pose = prop(at, { held: true, turn: strain, state: { cut: apart } })
    const gap = apart * 4
    const half = noun.width * 0.42
    return {
      props: [pose],
      effects: [],
      ...hands(
        side,
        hand(add(at, [side * (half + gap * 0.3), 0, 0]), 0.9),
        hand(add(at, [-side * (half + gap * 1.6), 0, 0]), 0.9),
      ),
    }
  }
}

/** A cloth, sponge or paper is rubbed over a thing that the other hand holds. `lather` leaves foam. */
const rub =
  (lather: boolean): Program =>
  ({ noun, tool, side, spot, random }) => {
    const pad = tool as NonNullable<typeof tool>
    const pose0 = add(onTable(noun, spot[0] * 0.3, 10), [0, lather ? 4 : 0, 0])
    const times = random.pick([3, 4, 5])
    const reach = Math.min(5, noun.width * 0.28)
    return (u) => {
      const angle = u * times * 2 * Math.PI
      const pose = prop(pose0, {
        held: lather,
        turn: lather ? Math.sin(u * 5) * 0.12 : 0,
        state: { wet: lather ? between(u, 0.05, 0.7) : 0, level: 0 },
      })
      const padAt = add(pose.at, [
        Math.cos(angle) * reach + side * (1.5 + noun.width * 0.14),
        2.4,
        Math.sin(angle) * (lather ? 1.6 : 0.6) - 1.5,
      ])
      const padPose = prop(padAt, {
        size: lather ? 0.62 : 0.7,
        held: true,
        turn: Math.sin(angle) * 0.2,
        state: { wet: lather ? 0.5 : 0 },
      })
      const hold = pointOn(noun, pose, [-side * (Math.abs(noun.art.grip[0]) * 1.2 + 1), noun.art.grip[1] + 2.5])
      const effects: Effect[] = lather
        ? [{ kind: 'drops', from: padAt, to: [padAt[0], 0, padAt[2]], hue: 205, amount: 0.35, phase: u * 5 }]
        : []
      return {
        props: [pose, padPose],
        effects,
        ...hands(side, hand(pointOn(pad, padPose, [4, 2], side), 0.6), hand(hold, 0.8)),
      }
    }
  }
export const wash = rub(true)
export const wipe = rub(false)
