import type { Vec3 } from '../place/camera.js'
import { add, mix } from '../place/camera.js'
import type { Effect, Program } from './pose.js'
import { between, hand, hands, noHand, onTable, pointOn, prop, restOf } from './pose.js'

const hueOf = (colour: { h: number } | undefined) => colour?.h ?? 200

/** A full vessel is raised and tilted until it is empty. Backwards: fill (it dips out of the other). */
export const pour: Program = ({ noun, site, side, spot }) => {
  const target = site as NonNullable<typeof site>
  const sitePose = prop(onTable(target, spot[0] * 0.3 - side * 8, 8), { state: { level: 0.6, open: 1, lid: 0 } })
  const mouth = pointOn(target, sitePose, target.art.mouth ?? [0, -3])
  const low: Vec3 = [side * 9, 6, 5]
  const [mx, my] = noun.art.mouth ?? [0, -4]
  const spouted = mx < -3
  const tip = spouted ? 0.85 : 1.5
  const lipAt = [spouted ? mx : mx - noun.art.size[0] * 0.3, my] as const
  const tilted = prop([0, 0, 0], { mirror: side === -1, turn: -side * tip })
  const lean = pointOn(noun, tilted, lipAt)
  const high: Vec3 = [mouth[0] + side - lean[0], mouth[1] + 3.5 - lean[1], mouth[2] - lean[2]]
  return (u) => {
    const raise = between(u, 0.02, 0.4)
    const tilt = between(u, 0.34, 0.66)
    const flow = between(u, 0.5, 0.96)
    const pose = prop(mix(low, high, raise), {
      held: true,
      mirror: side === -1,
      turn: -side * tip * tilt,
      state: { level: 0.95 - 0.9 * flow, lid: spouted ? 1 : 0 },
    })
    const lip = pointOn(noun, pose, lipAt)
    const effects: Effect[] =
      tilt > 0.7 && u < 0.97
        ? [{ kind: 'stream', from: lip, to: mouth, hue: hueOf(noun.art.liquid), amount: 1, phase: u }]
        : []
    const grip = pointOn(noun, pose, [Math.abs(noun.art.grip[0]), noun.art.grip[1]])
    return {
      props: [pose, sitePose],
      effects,
      ...hands(side, hand(grip, 0.9, -side * 0.5 * tilt), noHand(side === 1 ? -1 : 1)),
    }
  }
}

/** A spoon, whisk or stick goes round in a vessel that the other hand holds. */
export const stir: Program = ({ noun, tool, side, spot, random }) => {
  const stick = tool as NonNullable<typeof tool>
  const pose = prop(onTable(noun, spot[0] * 0.4, 11), { state: { open: 1, lid: 0, level: random.range(0.7, 1) } })
  const mouth = pointOn(noun, pose, noun.art.mouth ?? [0, -3])
  const turns = random.pick([2, 3, 4])
  const reach = Math.min(noun.width * 0.26, 5)
  return (u) => {
    const angle = u * turns * 2 * Math.PI
    const tip: Vec3 = add(mouth, [Math.cos(angle) * reach, -1.2, Math.sin(angle) * reach * 0.6])
    const lean = side * (0.5 + 0.16 * Math.cos(angle))
    const turn = -Math.PI / 2 + lean
    const length = stick.width / 2
    const at = add(tip, [Math.sin(lean) * length, Math.cos(lean) * length * 0.64, Math.cos(lean) * length * 0.77])
    const toolPose = prop(at, { held: true, turn, into: add(mouth, [0, -0.6, -0.8]) })
    const hold = pointOn(noun, pose, [-side * Math.abs(noun.art.grip[0]), 0.5])
    return {
      props: [pose, toolPose],
      effects: [],
      ...hands(side, hand(pointOn(stick, toolPose, stick.art.grip), 0.9), hand(hold, 0.75)),
    }
  }
}

/** A spoon goes down into a vessel, comes up heaped and is carried to the side. */
export const scoop: Program = ({ noun, tool, side, spot }) => {
  const spoon = tool as NonNullable<typeof tool>
  const pose = prop(onTable(noun, spot[0] * 0.4 - side * 4, 12), { state: { open: 1, lid: 0, level: 0.9 } })
  const mouth = pointOn(noun, pose, noun.art.mouth ?? [0, -3])
  const hue = hueOf(noun.art.liquid)
  return (u) => {
    const down = between(u, 0.05, 0.32)
    const up = between(u, 0.42, 0.7)
    const aside = between(u, 0.66, 1)
    const tip = add(mouth, [side * (6 * (1 - down) + 9 * aside), 7 * (1 - down) + 8 * up - 1.5, 0])
    const turn = -Math.PI / 2 + side * (0.35 + 0.75 * up)
    const length = spoon.width / 2
    const lean = turn + Math.PI / 2
    const at = add(tip, [Math.sin(lean) * length, Math.cos(lean) * length * 0.64, Math.cos(lean) * length * 0.77])
    const toolPose = prop(at, { held: true, turn, into: up < 0.4 ? add(mouth, [0, -0.6, -0.8]) : undefined })
    const bowl = pointOn(spoon, toolPose, [-spoon.art.size[0] * 0.32, 0])
    const effects: Effect[] = up > 0.2 ? [{ kind: 'heap', from: bowl, to: bowl, hue, amount: 1, phase: u }] : []
    const hold = pointOn(noun, pose, [-side * Math.abs(noun.art.grip[0]), 0.5])
    return {
      props: [pose, toolPose],
      effects,
      ...hands(side, hand(pointOn(spoon, toolPose, spoon.art.grip), 0.9), hand(hold, 0.75)),
    }
  }
}

/** A thing is held upside down and jerked; grains fall. */
export const sprinkle: Program = ({ noun, site, side, spot, random }) => {
  const target = site as NonNullable<typeof site>
  const sitePose = prop(onTable(target, spot[0] * 0.3 - side * 5, 12), { state: { level: 0.4, open: 1, lid: 0 } })
  const over = add(sitePose.at, [side * 3, 16, 0])
  const jerks = random.pick([4, 5, 6])
  return (u) => {
    const ready = between(u, 0, 0.22)
    const jerk = Math.sin(u * jerks * 2 * Math.PI)
    const pose = prop(add(mix([side * 10, 9, 4], over, ready), [jerk * 1.2 * ready, jerk * 1.6 * ready, 0]), {
      held: true,
      turn: -side * 2.3 * ready,
      state: { open: 0.02, level: 0.6 },
    })
    const lip = pointOn(noun, pose, noun.art.mouth ?? [0, -noun.art.size[1] * 0.45])
    const effects: Effect[] =
      ready > 0.9 ? [{ kind: 'drops', from: lip, to: sitePose.at, hue: 40, amount: 1, phase: u * jerks }] : []
    return {
      props: [pose, sitePose],
      effects,
      ...hands(side, hand(pointOn(noun, pose, noun.art.grip, side), 0.9, jerk * 0.2), noHand(side === 1 ? -1 : 1)),
    }
  }
}

/** A thing is pressed together in the fist over and over; drops fall. */
export const squeeze: Program = ({ noun, side, spot, random }) => {
  const start = onTable(noun, spot[0] * 0.4, 9)
  const up: Vec3 = [spot[0] * 0.3, 11, 8]
  const times = random.pick([2, 3])
  return (u) => {
    const raise = between(u, 0, 0.25)
    const force = raise * (0.5 - 0.5 * Math.cos(Math.max(0, u - 0.2) * times * 2 * Math.PI * 1.25))
    const pose = prop(mix(start, up, raise), { held: true, state: { squeeze: force * 1.6, open: 0 } })
    const effects: Effect[] =
      force > 0.35
        ? [
            {
              kind: 'drops',
              from: pose.at,
              to: [pose.at[0], 0, pose.at[2]],
              hue: noun.look.main.h,
              amount: 0.6,
              phase: u * 6,
            },
          ]
        : []
    const grip = pointOn(noun, pose, [noun.art.grip[0] * (1 - 0.2 * force), noun.art.grip[1]], side)
    const hold = pointOn(noun, pose, [-noun.art.grip[0] * (1 - 0.2 * force), noun.art.grip[1]], side)
    return {
      props: [pose],
      effects,
      ...hands(
        side,
        hand(mix(restOf(side), grip, 0.3 + 0.7 * raise), 0.6 + 0.4 * force),
        hand(hold, 0.6 + 0.4 * force),
      ),
    }
  }
}
