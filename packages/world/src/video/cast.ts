import { artOf } from '../art/index.js'
import { lookOf } from '../draw/look.js'
import type { Sprite } from '../draw/sprite.js'
import { Sprite as Picture } from '../draw/sprite.js'
import { styles } from '../draw/style.js'
import { programs } from '../motion/index.js'
import type { Cast, Pose } from '../motion/pose.js'
import type { Vec3 } from '../place/camera.js'
import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import { castings } from '../place/verbs.js'
import { vocabulary } from '../place/vocabulary.js'
import { Random } from '../random.js'
import type { ActionPlan } from './plan-types.js'

/** Instances of each kind of thing that a participant owns. */
const OWNED = 2

/** The asset seed of one of a participant's things. */
export const assetSeed = (place: PlaceName, seed: number, participant: string, art: string, copy: number): number =>
  worldSeed(place, 'asset', seed, participant, art, copy % OWNED)

/** Draws things as a participant of a place owns them. */
export class Cupboard {
  constructor(
    readonly place: PlaceName,
    readonly seed: number,
    readonly participant: string,
  ) {}

  sprite(art: string, copy: number): Sprite {
    const drawing = artOf(art)
    const style = styles[this.place]
    return new Picture(
      drawing,
      lookOf(assetSeed(this.place, this.seed, this.participant, art, copy), drawing.colour, style),
      style,
    )
  }
}

/** An action with its things: ready to give the pose at any moment. */
export interface Performance {
  plan: ActionPlan
  /** Kinds of the things, in the order of the pose's props. */
  arts: string[]
  sprites: Sprite[]
  pose: (u: number) => Pose
}

/** Casts an action: its noun's instance, a tool and a site that suit, and where it takes place. */
export function perform(plan: ActionPlan, cupboard: Cupboard, spot: Vec3): Performance {
  const { verbs, nouns } = vocabulary(cupboard.place)
  const verb = verbs[plan.verb]!
  const noun = nouns[plan.noun]!
  const random = new Random(plan.seed)
  const { tool, site } = castings[verb.program]
  const fits = (names: readonly string[] | undefined) => {
    const others = names?.filter((name) => name !== noun.art)
    return others?.length ? random.pick(others) : undefined
  }
  const partner = fits(tool ?? site)
  const sprite = cupboard.sprite(noun.art, random.int(OWNED))
  const other = partner ? cupboard.sprite(partner, random.int(OWNED)) : undefined
  const cast: Cast = {
    noun: sprite,
    side: plan.side,
    spot,
    random,
    ...(other ? (tool ? { tool: other } : { site: other }) : {}),
  }
  return {
    plan,
    arts: partner ? [noun.art, partner] : [noun.art],
    sprites: other ? [sprite, other] : [sprite],
    pose: programs[verb.program](cast),
  }
}
