import { EgoLensError } from '../../errors.js'
import { exists } from '../../files/read.js'
import { IGNORED, type LanguageConfig, loadLanguageTokenizer, templateOf } from '../../mllm/index.js'
import { resolveWeights } from '../../weights/resolve.js'
import { openItems } from '../data/items.js'
import { weightsOf } from '../model/build.js'
import type { StageRecipe } from '../recipe.schema.js'
import type { TextTokens } from './passes.js'
import { publishedCaptions, publishedRecords } from './published.js'

/** How many records there are to train on, and how long their texts are. */
export interface Records extends TextTokens {
  count: number
  /** Where this is known from: the data, or the paper's Table 1 and a guess at lengths. */
  from: 'data' | 'published'
}

/** Records that are read for the length of texts. */
const SAMPLE = 64

/** Where there is no data: a narration is a sentence; a question and its answer are some. */
const guessed = { caption: { text: 32, targets: 32 }, question: { text: 128, targets: 32 } }

/**
 * Counts the records that a recipe names; where they are not there, those that the paper names.
 *
 * @param language the language model that is going to read them
 * @throws EgoLensError `tokenizer/...`, `dataset/...`
 */
export async function recordsOf(recipe: StageRecipe, language: LanguageConfig): Promise<Records> {
  const read = await readRecords(recipe, language)
  if (read) return read
  const { stage, data } = recipe
  const published =
    stage === 'initialization' ? publishedCaptions[data.captions ?? data.view!] : publishedRecords[stage]
  const lengths = stage === 'practice' ? guessed.question : guessed.caption
  return { count: Math.min(published, data.limit ?? published), ...lengths, from: 'published' }
}

async function readRecords(
  { stage, data, model }: StageRecipe,
  language: LanguageConfig,
): Promise<Records | undefined> {
  const dir = await tokenizerDirectory(weightsOf(model).llm)
  if (dir === undefined || !(await exists(data.train))) return undefined
  const tokenizer = await loadLanguageTokenizer(dir, language.vocabulary)
  const { root, limit, view } = data
  await using items = await openItems(stage, data.train, tokenizer, {
    root,
    limit,
    view,
    system: model.system,
    template: templateOf(language),
    blind: model.blind,
  })
  const count = Math.min(SAMPLE, items.length)
  const sampled = await Promise.all(
    Array.from({ length: count }, (_, i) => items.get(Math.floor((i * items.length) / count))),
  )
  const mean = (of: (prompt: (typeof sampled)[number]['prompt']) => number) =>
    sampled.reduce((all, { prompt }) => all + of(prompt), 0) / count
  return {
    count: items.length,
    text: mean(({ ids }) => ids.filter((id) => id >= 0).length),
    targets: mean(({ labels }) => labels.filter((label) => label !== IGNORED).length),
    from: 'data',
  }
}

async function tokenizerDirectory(name: string): Promise<string | undefined> {
  try {
    return (await resolveWeights(name)).dir
  } catch (error) {
    if (error instanceof EgoLensError && error.code === 'weights/not-found') return undefined
    throw error
  }
}
