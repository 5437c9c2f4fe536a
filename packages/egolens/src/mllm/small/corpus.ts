import {
  type Moment,
  momentsOf,
  narrate,
  placeNames,
  planTakes,
  type Question,
  questionsOf,
  Random,
} from '@egolens/world'
import { conversation } from '../tokenizer/question.js'
import { mistralTemplate, type Part, plainTemplate } from '../tokenizer/template.js'

/** How many texts there are. */
export interface CorpusRequest {
  seed: number
  /** Takes of each place that are told and asked about. */
  takes: number
  /** Actions of each take. */
  actions: number
}

/** A text to learn. */
export interface Document {
  kind: 'caption' | 'question'
  parts: Part[]
  /** Of a question whether what is seen stands before it, so that its answer can be known. */
  seen: boolean
}

/** How often nothing stands in the place of the video: such texts teach how people talk. */
const UNSEEN = 0.1
/** Words of what is seen that are lost, as a network from pictures loses some. */
const LOST = 0.1

/**
 * Texts about the small world: narrations, and questions with their answers. In the place of the video stands what is
 * seen, in words of no order and with some of them missing, so that the model learns to read what comes before a text
 * and to go by it, as a language model does that has read the web; no picture is drawn. Takes are of seeds that
 * pictures are never rendered with.
 */
export function corpus({ seed, takes, actions }: CorpusRequest): Document[] {
  return placeNames.flatMap((place) => {
    const world = TEXT_SEEDS + seed
    const plans = planTakes({ place, seed: world, takes: { train: takes, val: 0, test: 0 }, actions })
    const byTake = new Map(plans.map((take) => [take.name, momentsOf(take, world)]))
    const moments = [...byTake.values()].flat()
    const draw = new Random(world)
    const captions = moments.map((moment) => captioned(moment, draw))
    const questions = questionsOf(moments, 'train', world).map((question) => asked(question, byTake, draw))
    return [...captions, ...questions]
  })
}

function captioned(moment: Moment, draw: Random): Document {
  const seen = !draw.chance(UNSEEN)
  const parts = plainTemplate(narrate(moment, narrator, draw), { ends: true })
  return { kind: 'caption', parts: inWords(parts, seen ? scene([moment], draw) : ''), seen }
}

const narrator = { hand: 0.4, other: 0.4, variety: 0.4 }

function asked(question: Question, byTake: ReadonlyMap<string, Moment[]>, draw: Random): Document {
  const seen = !draw.chance(UNSEEN)
  const words = seen ? scene(momentsIn(question, byTake), draw) : ''
  const turns = [...conversation(question), { role: 'assistant' as const, content: question.answer }]
  return { kind: 'question', parts: inWords(mistralTemplate(turns), words), seen }
}

/** Parts with words in the video's place, cut where they are cut for a video, so that what follows is spelled alike. */
function inWords(parts: readonly Part[], words: string): Part[] {
  return parts.flatMap((part) => {
    const pieces = part.text?.split('<video>') ?? []
    if (pieces.length < 2) return [part]
    const [before, after] = pieces as [string, string]
    return [
      { ...part, text: before },
      { text: words, target: false },
      { ...part, text: after, next: false },
    ]
  })
}

/** Worlds that pictures are drawn of have small seeds. */
const TEXT_SEEDS = 900_000

/** The words of a clip: for each action what is done, with what and with which hand, then what else is in view. */
export function scene(moments: readonly Moment[], draw: Random): string {
  const words = moments.flatMap(({ verb, noun, other, oneHanded, action }) => {
    const hand = oneHanded ? `${action.side === 1 ? 'right' : 'left'} hand` : 'both hands'
    return draw.shuffle([verb, noun, hand, ...(other === undefined ? [] : [other])])
  })
  const around = draw.shuffle([...new Set(moments.flatMap(({ seen }) => [...seen]))])
  return [...words, 'in view', ...around].filter(() => !draw.chance(LOST)).join(', ')
}

/** The moments that a question's window has in it. */
function momentsIn({ video, start, end }: Question, byTake: ReadonlyMap<string, Moment[]>): Moment[] {
  const name = video.split('/').at(-3)!
  return byTake.get(name)!.filter((moment) => moment.start >= start - 1e-3 && moment.end <= end + 1e-3)
}
