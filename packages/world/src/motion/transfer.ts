import type { Vec3 } from '../place/camera.js'
import { add, mix } from '../place/camera.js'
import type { Program } from './pose.js'
import { between, hand, hands, noHand, onTable, pointOn, prop, restOf, smooth } from './pose.js'

/** Where a thing is held after it was taken: near the wearer, a little to the hand's side. */
const held = (side: 1 | -1, jitter: number): Vec3 => [side * (4 + jitter), 12 + jitter, 6]

const arc = (from: Vec3, to: Vec3, t: number, height: number): Vec3 =>
  add(mix(from, to, t), [0, Math.sin(Math.PI * t) * height, 0])

/** A thing is taken from the table. Backwards: put. */
export const take: Program = ({ noun, side, spot, random }) => {
  const from = onTable(noun, spot[0], spot[2])
  const to = held(side, random.range(-2, 2))
  const turned = noun.art.stand ? 0 : random.range(-0.5, 0.5)
  return (u) => {
    const move = between(u, 0.36, 0.92)
    const pose = prop(arc(from, to, move, 3), { held: u > 0.36, turn: turned * (1 - move) })
    const grip = pointOn(noun, pose, noun.art.grip, side)
    const at = u < 0.36 ? mix(restOf(side), grip, smooth(u / 0.34)) : grip
    return { props: [pose], effects: [], ...hands(side, hand(at, between(u, 0.26, 0.36)), noHand(side === 1 ? -1 : 1)) }
  }
}

/** A held thing goes into the opening of another. Backwards: remove. */
export const insert: Program = ({ noun, site, side, spot, random }) => {
  const target = site as NonNullable<typeof site>
  const sitePose = prop(onTable(target, spot[0] - side * 3, 13), { state: { open: 1, lid: 0, level: 0 } })
  const mouth = pointOn(target, sitePose, target.art.mouth ?? [0, -3])
  const start = held(side, random.range(-2, 2))
  const above = add(mouth, [0, noun.height * 0.32 + 5, 0])
  const inside = add(mouth, [0, -noun.height * 0.34 - 2, 0])
  const upright = noun.art.stand || noun.width < 12 ? 0 : -side * 1.25
  return (u) => {
    const over = between(u, 0.08, 0.45)
    const down = between(u, 0.45, 0.72)
    const back = between(u, 0.74, 1)
    const at = down > 0 ? mix(above, inside, down) : arc(start, above, over, 2)
    const pose = prop(at, {
      held: u < 0.72,
      turn: upright * over,
      into: over > 0.9 ? add(mouth, [0, -1.4, 0]) : undefined,
    })
    const grip = pointOn(noun, pose, noun.art.stand ? noun.art.grip : [noun.art.grip[0], noun.art.grip[1]], side)
    const release = add(mouth, [side * 2, 4, -1])
    const stop: Vec3 = [grip[0], Math.max(grip[1], release[1]), grip[2]]
    return {
      props: [pose, sitePose],
      effects: [],
      ...hands(side, hand(mix(stop, restOf(side), back), 1 - between(u, 0.7, 0.8)), noHand(side === 1 ? -1 : 1)),
    }
  }
}

/** A held thing is joined to another that the other hand holds. Backwards: detach. */
export const attach: Program = ({ noun, site, side, spot, random }) => {
  const target = site as NonNullable<typeof site>
  const other = side === 1 ? -1 : 1
  const sitePose = prop(onTable(target, spot[0] - side * 8, 11))
  const joined = add(sitePose.at, [side * (target.width * 0.42 + noun.width * 0.28), 2.4, -1])
  const start: Vec3 = [side * (13 + random.range(-2, 2)), 11, 5]
  return (u) => {
    const move = between(u, 0.05, 0.6)
    const knock = u > 0.58 && u < 0.76 ? Math.sin((u - 0.58) * 70) * 0.5 : 0
    const pose = prop(add(mix(start, joined, move), [knock, 0, 0]), { held: u < 0.76, turn: side * 0.5 * (1 - move) })
    const grip = pointOn(noun, pose, noun.art.grip, side)
    const away = mix(grip, restOf(side), between(u, 0.78, 1))
    const hold = pointOn(target, sitePose, [-target.art.size[0] * 0.32, 0.5], side)
    return {
      props: [pose, sitePose],
      effects: [],
      ...hands(side, hand(away, 1 - between(u, 0.74, 0.84)), hand(hold, 0.8, other * 0.1)),
    }
  }
}

/** A thing slides away over the table under the hand. Backwards: pull. */
export const push: Program = ({ noun, side, spot }) => {
  const near = onTable(noun, spot[0] * 0.6, 3)
  const far = onTable(noun, spot[0] * 0.6, 26)
  return (u) => {
    const pose = prop(mix(near, far, between(u, 0.24, 0.76)))
    const grip = pointOn(noun, pose, [noun.art.grip[0] * 0.7, noun.art.size[1] * 0.25], side)
    const reach = u < 0.5 ? smooth(u / 0.22) : 1 - smooth((u - 0.78) / 0.22)
    return {
      props: [pose],
      effects: [],
      ...hands(side, hand(mix(restOf(side), grip, reach), 0.3 + 0.3 * reach), noHand(side === 1 ? -1 : 1)),
    }
  }
}
