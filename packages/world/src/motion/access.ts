import type { Vec3 } from '../place/camera.js'
import { add, mix } from '../place/camera.js'
import type { Program } from './pose.js'
import { between, hand, hands, noHand, onTable, pointOn, prop, restOf, smooth } from './pose.js'

/** A lid, cover or pair of blades is opened while the other hand holds the body. Backwards: close. */
export const open: Program = ({ noun, side, spot, random }) => {
  const { art } = noun
  const at = add(onTable(noun, spot[0] * 0.4, 11), [0, art.stand ? 0 : 5, 0])
  const level = random.range(0.4, 0.9)
  const lid = art.lid ?? (() => [0, -art.size[1] / 2] as const)
  return (u) => {
    const amount = between(u, 0.24, 0.82)
    const pose = prop(at, { mirror: side === -1, state: { open: amount, level } })
    const grip = pointOn(noun, pose, lid(amount))
    const working = mix(restOf(side), grip, Math.min(1, smooth(u / 0.22)))
    const hold = pointOn(noun, pose, [-Math.abs(art.grip[0]) - 1, Math.max(2.5, art.grip[1])])
    return {
      props: [pose],
      effects: [],
      ...hands(side, hand(working, 0.55 + 0.3 * between(u, 0.1, 0.24)), hand(hold, 0.8)),
    }
  }
}

/** A finger goes to the switch and back; halfway the thing goes on. Backwards: turn off. */
export const turnOn: Program = ({ noun, side, spot }) => {
  const at = onTable(noun, spot[0] * 0.7, 13)
  return (u) => {
    const pressed = u >= 0.5 ? 1 : 0
    const pose = prop(at, { state: { on: pressed } })
    const knob = add(pointOn(noun, pose, noun.art.knob ?? noun.art.grip), [0, 1.4, -1.5])
    const reach = u < 0.5 ? smooth(u / 0.4) : smooth((1 - u) / 0.4)
    const tap = add(knob, [0, u > 0.4 && u < 0.6 ? -0.9 : 0.5, 0])
    return {
      props: [pose],
      effects: [],
      ...hands(side, hand(mix(restOf(side), tap, reach), 0.75), noHand(side === 1 ? -1 : 1)),
    }
  }
}

/** The free edge is carried over. Backwards: unfold. */
export const fold: Program = ({ noun, side }) => {
  const at: Vec3 = onTable(noun, 0, 10)
  const half = noun.art.size[0] / 2
  return (u) => {
    const amount = between(u, 0.2, 0.8)
    const pose = prop(at, { mirror: side === -1, state: { fold: amount } })
    const edge = pointOn(noun, pose, [half - 2 * half * 0.85 * amount, 1])
    const raised = add(edge, [0, Math.sin(Math.PI * amount) * 5, 0])
    const reach = u < 0.5 ? smooth(u / 0.2) : smooth((1 - u) / 0.2)
    const hold = pointOn(noun, pose, [-half + 2, 2])
    return { props: [pose], effects: [], ...hands(side, hand(mix(restOf(side), raised, reach), 0.8), hand(hold, 0.5)) }
  }
}

/** Foil is drawn over a thing by both hands. Backwards: unwrap. */
export const wrap: Program = ({ noun, side }) => {
  const sheetPose = prop([0, 0.2, 9], { under: true })
  const at = onTable(noun, 0, 11)
  const half = noun.art.size[0] / 2
  return (u) => {
    const amount = between(u, 0.16, 0.84)
    const pose = prop(add(at, [0, 1 + Math.sin(Math.PI * amount) * 2, 0]), {
      mirror: side === -1,
      turn: Math.sin(u * 12.566) * 0.12,
      state: { wrap: amount },
    })
    const edge = pointOn(noun, pose, [-half + 2 * half * amount, 0.5])
    const hold = pointOn(noun, pose, [-half * 0.8, 1.5])
    return {
      props: [pose, sheetPose],
      effects: [],
      ...hands(side, hand(add(edge, [side * 2, 1, -1]), 0.7), hand(hold, 0.75)),
    }
  }
}

/** A thing is turned into a socket that stays where it is. Backwards: unscrew. */
export const screw: Program = ({ noun, site, side, spot }) => {
  const target = site as NonNullable<typeof site>
  const sitePose = prop(onTable(target, spot[0] * 0.3 - side * 6, 12))
  const joined = add(sitePose.at, [side * (noun.width * 0.3 + 2), 1.5, -1])
  return (u) => {
    const on = between(u, 0.1, 0.9)
    const twist = Math.sin(u * 18.85)
    const pose = prop(add(joined, [side * 8 * (1 - on), 0, 0]), {
      held: true,
      turn: twist * 0.25,
      state: { turn: on * 14 },
    })
    const grip = pointOn(noun, pose, noun.art.grip, side)
    const hold = pointOn(target, sitePose, [-5, 1], side)
    return { props: [pose, sitePose], effects: [], ...hands(side, hand(grip, 0.85, twist * 0.5), hand(hold, 0.7)) }
  }
}
