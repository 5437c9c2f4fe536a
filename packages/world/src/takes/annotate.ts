import { uuid } from '../formats/uuid.js'
import { worldSeed } from '../place/seeds.js'
import { Random } from '../random.js'
import type { Moment } from './moments.js'
import type { Narrator } from './narrate.js'
import { narrate, unsurely } from './narrate.js'
import type { TakePlan } from './plan.js'

/** A narration as Ego-Exo4D's files hold it. */
export interface Description {
  text: string
  timestamp: number
  subject: 'C' | 'O'
  ego_visible: boolean | '0' | '1'
  unsure: boolean | '0' | '1' | null
  best_exo: { cam_id: string; raw_cam_id: string } | null
}

/** All that one annotator says of a take. */
export interface Annotation {
  annotation_uid: string
  annotator_id: string
  rejected: boolean
  reject_reason: string | null
  descriptions: Description[]
}

/** Two people: one plain and even, one wordier, who also writes flags as text, as some of the real files do. */
const annotators: readonly { id: string; narrator: Narrator; jitter: number; textFlags: boolean }[] = [
  { id: '1001', narrator: { hand: 0.3, other: 0.2, variety: 0.15 }, jitter: 0.1, textFlags: false },
  { id: '1002', narrator: { hand: 0.5, other: 0.55, variety: 0.6 }, jitter: 0.18, textFlags: true },
]

/** How often narrations are missing, unsure, about somebody else, or out of order; and how often a whole annotation is rejected. */
const rates = { missing: 0.05, unsure: 0.05, others: 0.06, swapped: 0.08, rejected: 0.2 } as const

const passers = ['The person X walks past the table.', 'The man A stands at the wall.', 'The woman B looks on.']

/** What two annotators say of a take, each on their own; now and then there is a third whose work was rejected. */
export function annotate(take: TakePlan, moments: readonly Moment[]): Annotation[] {
  const random = new Random(worldSeed(take.video.place, 'annotators', take.video.seed))
  const annotations = annotators.map(({ id, narrator, jitter, textFlags }): Annotation => {
    const descriptions = describe(take, moments, narrator, jitter, random)
    return {
      annotation_uid: uuid('annotation', take.uid, id),
      annotator_id: id,
      rejected: false,
      reject_reason: null,
      descriptions: textFlags ? descriptions.map(asText) : descriptions,
    }
  })
  if (random.chance(rates.rejected))
    annotations.push({
      annotation_uid: uuid('annotation', take.uid, '1003'),
      annotator_id: '1003',
      rejected: true,
      reject_reason: 'too sparse',
      descriptions: random.chance(0.5) ? describe(take, moments.slice(0, 1), annotators[0]!.narrator, 0.5, random) : [],
    })
  return annotations
}

function describe(
  { video }: TakePlan,
  moments: readonly Moment[],
  narrator: Narrator,
  jitter: number,
  random: Random,
): Description[] {
  const end = video.frames / video.fps
  const stamp = (seconds: number) => Number(Math.max(0, Math.min(end - 0.05, seconds)).toFixed(5))
  const found: Description[] = []
  for (const moment of moments) {
    if (random.chance(rates.others)) found.push(aboutOthers(stamp(moment.start - random.range(0, 0.4)), random))
    if (random.chance(rates.missing)) continue
    const at = moment.start + (moment.end - moment.start) * random.range(0.35, 0.6) + random.normal() * jitter
    const unsure = random.chance(rates.unsure)
    const camera = String(moment.bestExo + 1)
    found.push({
      text: unsure ? unsurely(moment) : narrate(moment, narrator, random),
      timestamp: stamp(at),
      subject: 'C',
      ego_visible: moment.egoVisible,
      unsure,
      best_exo: { cam_id: `cam0${camera}`, raw_cam_id: camera },
    })
  }
  for (let i = 1; i < found.length; i++)
    if (random.chance(rates.swapped)) [found[i - 1], found[i]] = [found[i]!, found[i - 1]!]
  return found
}

const aboutOthers = (timestamp: number, random: Random): Description => ({
  text: random.pick(passers),
  timestamp,
  subject: 'O',
  ego_visible: false,
  unsure: null,
  best_exo: null,
})

const asText = (description: Description): Description => ({
  ...description,
  ego_visible: description.ego_visible ? '1' : '0',
  unsure: description.unsure ? '1' : '0',
})
