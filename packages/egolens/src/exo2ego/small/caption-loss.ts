import { noGrad, scope } from '@egolens/torch'
import { nextTokenLoss } from '../../mllm/index.js'
import { inPieces } from '../../training/pieces.js'
import { look } from '../ask/look.js'
import { openStageRun } from '../ask/run.js'
import { ClipFrames } from '../data/frames.js'
import { openItems, type StageItem } from '../data/items.js'
import { Tape } from '../model/tape.js'

/** Mean loss of a caption's tokens. */
export interface CaptionLoss {
  /** With the frames of its clip. */
  right: number
  /** With those of the next clip: as much as can be said without looking. */
  other: number
}

const BATCH = 16

/**
 * How much a run reads off the video: the loss of captions with their own frames, and with those of another clip.
 *
 * @param captions as initialization takes them
 * @throws EgoLensError `exo2ego/no-output`, `dataset/...`, `video/...`
 * @example const { right, other } = await captionLoss('runs/initialization', 'clips/captions.jsonl')
 */
export async function captionLoss(run: string, captions: string): Promise<CaptionLoss> {
  const { model, tokenizer, preprocessing, view, options } = await openStageRun(run)
  try {
    await using items = await openItems('initialization', captions, tokenizer, { view })
    const { frames, short } = options
    const clips = new ClipFrames({ preprocessing, frames, short })
    const all: StageItem[] = []
    for (let i = 0; i < items.length; i++) all.push(await items.get(i))
    clips.hold(all.map((item) => item.clips[view]!))
    const sum = { right: 0, other: 0 }
    const pieces = inPieces(all, BATCH).filter(({ length }) => length === BATCH)
    for (const piece of pieces) {
      const pixels = await clips.batch(piece.map((item) => item.clips[view]!))
      noGrad(() =>
        scope(() => {
          const tape = new Tape({ checkpointing: false })
          const seen = look(model, view, pixels)
          const prompts = piece.map(({ prompt }) => prompt)
          for (const [key, shift] of [['right', 0] as const, ['other', 1] as const]) {
            const { hidden, labels } = model.read(tape, prompts, seen.roll(shift, 0))
            sum[key] += nextTokenLoss(model.llm, hidden, labels).item() / pieces.length
          }
        }),
      )
      pixels.dispose()
    }
    return sum
  } finally {
    model.dispose()
  }
}
