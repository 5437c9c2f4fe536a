import type { distributed } from '@egolens/torch'
import { templateOf } from '../../mllm/index.js'
import { ClipFrames, type FrameCache } from '../data/frames.js'
import { type MediaClip, openItems, type StageItems } from '../data/items.js'
import type { Room } from '../data/room.js'
import { accumulation } from '../data/sampler.js'
import type { Built } from '../model/build.js'
import type { Exo2Ego, View } from '../model/model.js'
import { viewsOf, visualLength } from '../recipe.parts.js'
import type { StageRecipe } from '../recipe.schema.js'
import type { StageLoop } from './loop.js'

/** What a stage learns from. */
export type StageData = Pick<StageLoop, 'items' | 'frames' | 'views' | 'sampling'> & AsyncDisposable

/**
 * Opens the records of a stage and the frames of their clips.
 *
 * @param group the processes that share each step
 * @param cache decoded frames that runs on the same clips share
 * @throws EgoLensError `dataset/...` with file and line, `exo2ego/too-long` naming the record
 */
export async function openStageData(
  recipe: StageRecipe,
  { model, tokenizer, preprocessing }: Built,
  { rank, worldSize }: Pick<distributed.Group, 'rank' | 'worldSize'>,
  cache?: FrameCache,
): Promise<StageData> {
  const { train: path, root, limit, view } = recipe.data
  const { system, frames: count, short, blind } = recipe.model
  const { globalBatch, localBatch, seed } = recipe.training
  const template = templateOf(model.llm.config)
  const room = roomOf(recipe, model)
  const items = await openItems(recipe.stage, path, tokenizer, { root, limit, view, system, template, blind, room })
  const close = () => items[Symbol.asyncDispose]()
  const { local } = accumulation({ globalBatch, localBatch, worldSize })
  const sampling = { items: items.length, globalBatch, localBatch: local, rank, worldSize, seed }
  const frames = new ClipFrames({ preprocessing, frames: count, short, ...(cache ? { cache } : {}) })
  const views = viewsOf(recipe)
  try {
    await holdAll(frames, items, views)
  } catch (error) {
    await close()
    throw error
  }
  return { items, frames, views, sampling, [Symbol.asyncDispose]: close }
}

/** How long a record may be; one that is longer would end a step that others have paid for. */
function roomOf(recipe: StageRecipe, { llm, ego, exo, connector }: Exo2Ego): Room {
  const { context } = llm.config
  const side = (ego ?? exo)?.grid ?? 0
  return {
    limit: Math.min(recipe.training.maxLength ?? context, context),
    visual: visualLength(recipe, side, connector.options),
  }
}

/** Where the clips of a stage have room they are decoded before, each video in one pass. */
async function holdAll(clips: ClipFrames, items: StageItems, views: readonly View[]): Promise<void> {
  if (!clips.fits(items.length * views.length)) return
  const wanted: MediaClip[] = []
  for (let i = 0; i < items.length; i++) {
    const item = await items.get(i)
    wanted.push(...views.map((view) => item.clips[view]!))
  }
  clips.hold(wanted)
}
