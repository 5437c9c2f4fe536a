import { join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'
import { exists } from '../../files/read.js'
import { readJson } from '../../files.js'
import { orOutOfMemory, templateOf } from '../../mllm/index.js'
import { isDirectory } from '../../weights/cache.js'
import { resolveWeights } from '../../weights/resolve.js'
import { buildModel } from '../model/build.js'
import { resolvedStageSchema } from '../recipe.schema.js'
import { runDirectory } from '../training/embedded.js'
import { type OpenOptions, openStageRun } from './run.js'
import { VideoModel } from './video-model.js'

/**
 * Opens a model that answers questions on videos: the run of a stage of Exo2Ego, or a VideoLLaMA2 checkpoint.
 *
 * @param nameOrDir a run's directory, or a checkpoint's: a directory or a name in the Hugging Face cache
 * @throws EgoLensError `ask/other-model` where it is something else, `exo2ego/no-output`, `exo2ego/changed-part`,
 * `weights/...`, `tokenizer/...`, `mllm/out-of-memory`
 * @example
 * using model = await openVideoModel('runs/practice')
 * const { talk } = await model.watch('tea.mp4', { start: 3, end: 8 })
 */
export async function openVideoModel(nameOrDir: string, options: OpenOptions = {}): Promise<VideoModel> {
  if ((await exists(nameOrDir)) && !(await isDirectory(nameOrDir))) {
    throw otherModel(nameOrDir, 'this is a file, and a model is a directory')
  }
  const { dir } = await resolveWeights(runDirectory(nameOrDir))
  if (await exists(join(dir, 'adapter.json'))) {
    throw otherModel(dir, 'this run has learnt to recognise actions, not to answer (egolens recognise takes it)')
  }
  try {
    return await ((await exists(join(dir, 'config.json'))) ? openCheckpoint(dir, options) : openRun(dir, options))
  } catch (error) {
    throw orOutOfMemory(error, options.device ?? 'cpu')
  }
}

const otherModel = (where: string, message: string) =>
  new EgoLensError('ask/other-model', message, {
    where,
    cure: 'name the run of a stage of Exo2Ego, or a VideoLLaMA2 checkpoint such as DAMO-NLP-SG/VideoLLaMA2-7B-16F',
  })

/** A run for questions in words. */
async function openRun(dir: string, options: OpenOptions): Promise<VideoModel> {
  const { options: made, ...run } = await openStageRun(dir, options)
  const { frames, short, system } = made
  return new VideoModel({ ...run, frames, short, system, template: templateOf(run.model.llm.config) })
}

const checkpoint = z.looseObject({
  model_type: z.enum(['videollama2_mistral', 'videollama2_qwen2']),
  num_frames: z.int().positive().default(16),
  mm_vision_select_layer: z.int().default(-2),
})

/** A checkpoint of VideoLLaMA2: language model, image tower and connector of one directory. */
async function openCheckpoint(dir: string, { device = 'cpu', languageType }: OpenOptions): Promise<VideoModel> {
  const path = join(dir, 'config.json')
  const parsed = checkpoint.safeParse(await readJson(path))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw otherModel(path, `no VideoLLaMA2 checkpoint: ${issue.path.join('.') || 'the file'}: ${issue.message}`)
  }
  const { num_frames: frames, mm_vision_select_layer: selectLayer } = parsed.data
  const options = resolvedStageSchema.shape.model.parse({ base: dir, frames, selectLayer, concat: 'none' })
  const setting = { parts: ['ego', 'connector'] as const, seed: 0, layer: { device }, languageType }
  const { model, tokenizer, preprocessing } = await buildModel(options, setting)
  model.requiresGrad_(false).eval()
  return new VideoModel({
    ...{ model, tokenizer, preprocessing, frames, template: templateOf(model.llm.config) },
    ...{ view: 'ego', short: options.short, system: options.system },
  })
}
