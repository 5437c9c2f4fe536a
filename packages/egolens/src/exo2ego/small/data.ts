import { join } from 'node:path'
import { momentsOf, narrate, type PlaceRequest, planPlace, Random } from '@egolens/world'
import { writeJsonl } from '../../datasets/jsonl.js'
import { exists } from '../../files/read.js'
import { buildEgoExoClip, readEgoExoClip } from '../data/ego-exoclip/index.js'
import type { View } from '../model/model.js'

/** The files that the stages read, in a folder of takes as `renderTakes` writes it. */
export function takesFiles(root: string) {
  return {
    pairs: join(root, 'ego-exoclip.jsonl'),
    captions: (view: View) => join(root, `captions-${view}.jsonl`),
    questions: (split: 'train' | 'val' | 'test') => join(root, 'questions', `${split}.jsonl`),
  }
}

/** Makes Ego-ExoClip of a folder of takes, unless it is there. @returns the file */
export async function pairTakes(root: string): Promise<string> {
  const { pairs } = takesFiles(root)
  if (!(await exists(pairs))) await buildEgoExoClip({ root, out: pairs })
  return pairs
}

/** Writes each narration of a folder of takes as a caption of what one view shows. @returns the file */
export async function captionTakes(root: string, view: View): Promise<string> {
  const out = takesFiles(root).captions(view)
  await writeJsonl(out, captionsOf(await pairTakes(root), view))
  return out
}

async function* captionsOf(pairs: string, view: View) {
  for await (const { value } of readEgoExoClip(pairs)) {
    const { text: caption, start, end } = value
    const videos = view === 'ego' ? [value.ego] : value.exo.map(({ video }) => video)
    for (const media of videos) yield { media, start, end, caption }
  }
}

/** How the clips of a place are narrated: as the plainer one of two annotators of takes does it. */
const narrator = { hand: 0.3, other: 0.2, variety: 0.15 }

/** Seconds that are shown before and after an action. */
const MARGIN = 0.2

/** Writes a narration of each action of a kitchen's trimmed clips, as `renderPlace` draws them. @returns the file */
export async function captionClips(root: string, request: PlaceRequest): Promise<string> {
  const out = join(root, 'captions.jsonl')
  await writeJsonl(out, captionsOfClips(request))
  return out
}

function* captionsOfClips(request: PlaceRequest) {
  const random = new Random(request.seed)
  for (const video of planPlace(request)) {
    const media = `${video.participant}/videos/${video.id}.mp4`
    const take = { uid: video.id, name: video.id, split: 'train' as const, video }
    for (const moment of momentsOf(take, request.seed)) {
      const [start, end] = [Math.max(0, moment.start - MARGIN), moment.end + MARGIN]
      yield { media, start: round(start), end: round(end), caption: narrate(moment, narrator, random) }
    }
  }
}

const round = (seconds: number) => Number(seconds.toFixed(3))
