import type { ProgramName } from '../motion/index.js'
import { egoCamera, exoCameras, projection } from '../place/camera.js'
import { vocabulary } from '../place/vocabulary.js'
import { Cupboard, perform } from '../video/cast.js'
import type { FrameTruth } from '../video/film.js'
import { Film, FRAME } from '../video/film.js'
import type { ActionPlan } from '../video/plan-types.js'
import type { TakePlan } from './plan.js'

/** An action of a take with all that can be said about it. */
export interface Moment {
  take: TakePlan
  /** Which action of the take it is, from 0. */
  index: number
  action: ActionPlan
  program: ProgramName
  /** Class names. */
  verb: string
  noun: string
  /** The kind of thing that is the noun, and the other one that takes part. */
  art: string
  other?: string
  /** One hand does it alone. */
  oneHanded: boolean
  /** Kinds of things in the wearer's view. */
  seen: ReadonlySet<string>
  /** Seconds. */
  start: number
  end: number
  /** Whether the wearer's camera shows the noun. */
  egoVisible: boolean
  /** The fixed camera, from 0, that the working hand is nearest to. */
  bestExo: number
}

/** What of a box must be in view for somebody to notice it, as a share of the frame. */
const NOTICED = 0.004

type Box = FrameTruth['objects'][number]['box']
const area = ([left, top, right, bottom]: Box) => (right - left) * (bottom - top)

/** Every action of a take. The same take gives the same moments. */
export function momentsOf(take: TakePlan, seed: number): Moment[] {
  const { video } = take
  const { verbs, nouns } = vocabulary(video.place)
  const ego = new Film(video, seed, egoCamera(FRAME.width, FRAME.height))
  const exo = exoCameras(FRAME.width, FRAME.height).map((camera) => new Film(video, seed, camera))
  const cupboard = new Cupboard(video.place, seed, video.participant)
  const actions = video.stations.flatMap((station) => station.actions)
  return actions.map((action, index) => {
    const middle = Math.floor((action.start + action.end) / 2)
    const { objects } = ego.truth(middle)
    const { arts, pose } = perform(action, cupboard, [0, 0, 10])
    const { left, right } = pose(0.5)
    const noun = nouns[action.noun]!
    const verb = verbs[action.verb]!
    const other = arts[1]
    const nearness = exo.map((film) => nearnessOf(film, middle, action.side))
    return {
      take,
      index,
      action,
      program: verb.program,
      verb: verb.name,
      noun: noun.name,
      art: noun.art,
      ...(other === undefined ? {} : { other }),
      oneHanded: left.shown !== right.shown,
      seen: new Set(objects.filter(({ box }) => area(box) > NOTICED).map(({ art }) => art)),
      start: action.start / video.fps,
      end: action.end / video.fps,
      egoVisible: objects.some((object) => object.noun),
      bestExo: nearness.indexOf(Math.max(...nearness)),
    }
  })
}

/** How large a camera shows the working hand, against how large it shows the middle of the table. */
function nearnessOf(film: Film, frame: number, side: 1 | -1): number {
  const hand = film.truth(frame).hands.find((one) => one.side === (side === 1 ? 'right' : 'left'))
  return hand ? area(hand.box) / projection(film.camera)([0, 0, 10]).scale ** 2 : 0
}
