import type { Sprite } from '../draw/sprite.js'
import type { PropPose } from '../motion/pose.js'
import { onTable, prop } from '../motion/pose.js'
import type { Vec3 } from '../place/camera.js'
import { vocabulary } from '../place/vocabulary.js'
import type { Random } from '../random.js'
import type { Cupboard } from './cast.js'

/** A thing that only stands about. */
export interface Bystander {
  art: string
  sprite: Sprite
  pose: PropPose
}

/** Kinds that take up much of a picture; one of them is nearly always in view, so that the largest thing is seldom the noun. */
const large = [
  'pot',
  'pan',
  'board',
  'tray',
  'toolbox',
  'bucket',
  'wheel',
  'microwave',
  'coffee machine',
  'kettle',
  'wood',
  'toaster',
  'bag',
  'helmet',
  'box',
]

/** Where large things stand, away from the hands. */
const corners: readonly Vec3[] = [
  [-19, 0, 22],
  [19, 0, 22],
  [-12, 0, 29],
  [12, 0, 29],
]

/** Lays out what stands about: about six things clear of the action's spot and of one another. */
export function layOut(
  cupboard: Cupboard,
  random: Random,
  busy: readonly Vec3[],
  without: readonly string[],
): Bystander[] {
  const placed: Bystander[] = []
  const kinds = vocabulary(cupboard.place)
    .nouns.map((noun) => noun.art)
    .filter((art) => !without.includes(art))
  const add = (art: string, x: number, z: number, scale = 1) => {
    const sprite = cupboard.sprite(art, random.int(2))
    const at = onTable(sprite, x, z)
    placed.push({
      art,
      sprite,
      pose: prop(at, { turn: sprite.art.stand ? 0 : random.range(-0.9, 0.9), state: { level: random.next() * scale } }),
    })
  }
  const clear = (x: number, z: number, room: number) =>
    busy.every(([bx, , bz]) => Math.hypot(x - bx, (z - bz) * 1.1) > 9.5) &&
    placed.every(({ pose, sprite }) => Math.hypot(x - pose.at[0], (z - pose.at[2]) * 1.2) > room + sprite.width * 0.36)
  const bulky = random.shuffle(large.filter((art) => kinds.includes(art)))
  for (const corner of random.shuffle(corners).slice(0, random.chance(0.85) ? (random.chance(0.45) ? 2 : 1) : 0)) {
    const art = bulky.pop()
    if (art && clear(corner[0], corner[2], 7))
      add(art, corner[0] + random.range(-2, 2), corner[2] + random.range(-2, 2))
  }
  const others = random.shuffle(kinds.filter((art) => !placed.some((item) => item.art === art)))
  const wanted = placed.length + 3 + random.int(4)
  for (let tries = 0; placed.length < wanted && tries < 60 && others.length; tries++) {
    const x = random.range(-23, 23)
    const z = random.range(0, 33)
    if (clear(x, z, 5)) add(others.pop() as string, x, z)
  }
  return placed.sort((a, b) => b.pose.at[2] - a.pose.at[2])
}
