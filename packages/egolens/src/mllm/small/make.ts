import { setImmediate as nextTurn } from 'node:timers/promises'
import { Generator, nn, noGrad, optim, scope, type Tensor } from '@egolens/torch'
import { inPieces } from '../../training/pieces.js'
import { random, shuffled } from '../../training/random.js'
import type { LanguageConfig } from '../language/config.js'
import { IGNORED, nextTokenLoss } from '../language/loss.js'
import { CausalLM } from '../language/model.js'
import { joinVisuals } from '../tokenizer/join.js'
import { type Prompt, tokenisePrompt } from '../tokenizer/prompt.js'
import { LanguageTokenizer } from '../tokenizer/tokenizer.js'
import { corpus, type Document } from './corpus.js'
import type { SmallLanguageRecipe } from './recipe.js'
import { type TokenizerFiles, wordPieces } from './word-pieces.js'

/** A trained model, ready to be written. */
export interface MadeLanguage {
  model: CausalLM
  files: TokenizerFiles
  tokenizer: LanguageTokenizer
  /** Texts that were learnt, and those that were held out. */
  documents: { train: Document[]; test: Document[] }
  /** The mean loss of every 50 steps. */
  curve: { step: number; loss: number }[]
}

/** Share of the texts that are only looked at in the end. */
const HELD_OUT = 0.02

/** Writes the texts, learns their words, and trains a model of Mistral's architecture on them from scratch. */
export async function makeSmallLanguage(
  recipe: SmallLanguageRecipe,
  tell: (point: { step: number; loss: number }) => void = () => {},
): Promise<MadeLanguage> {
  const { seed } = recipe
  const all = corpus({ ...recipe.corpus, seed })
  const order = shuffled(all.length, random(seed, 'hold out')).map((i) => all[i]!)
  const held = Math.max(1, Math.round(HELD_OUT * all.length))
  const documents = { test: order.slice(0, held), train: order.slice(held) }
  const files = wordPieces(...wordsOf(all))
  const tokenizer = new LanguageTokenizer(files.json, files.config)
  const config: LanguageConfig = { ...recipe.config, vocabulary: tokenizer.size }
  const model = initialise(new CausalLM(config), new Generator(seed))
  const prompts = documents.train.map(({ parts }) => tokenisePrompt(tokenizer, parts))
  const curve = await learn(model, prompts, recipe, tell)
  return { model, files, tokenizer, documents, curve }
}

/** The words of all texts, and the characters that these and the rest are spelled with. */
function wordsOf(documents: readonly Document[]): [string[], string[]] {
  const texts = documents.flatMap(({ parts }) => parts.map(({ text = '' }) => text)).join('\n')
  const words = new Set(texts.match(/\p{L}+/gu))
  return [[...words].sort(), [...new Set(texts.replace(/\s/g, ''))].sort()]
}

/** N(0, 0.02^2) for matrices, what leads back into the residual stream smaller by the depth (Radford et al. 2019). */
function initialise(model: CausalLM, generator: Generator): CausalLM {
  const deep = 0.02 / Math.sqrt(2 * model.config.layers)
  for (const [name, tensor] of model.namedParameters()) {
    if (tensor.ndim < 2) continue
    nn.init.normal_(tensor, 0, /\.(o_proj|down_proj)\./.test(name) ? deep : 0.02, generator)
  }
  return model
}

async function learn(
  model: CausalLM,
  prompts: readonly Prompt[],
  { seed, steps, batch, lr, warmup, weightDecay }: SmallLanguageRecipe,
  tell: (point: { step: number; loss: number }) => void,
) {
  const parameters = model.parameters()
  const optimizer = new optim.AdamW(
    [
      { params: parameters.filter(({ ndim }) => ndim >= 2), weightDecay },
      { params: parameters.filter(({ ndim }) => ndim < 2), weightDecay: 0 },
    ],
    { lr, betas: [0.9, 0.98] },
  )
  const schedule = optim.warmupCosine({ warmup, total: steps, min: 0.05 })
  const curve: { step: number; loss: number }[] = []
  const batches = batchesOf(prompts, batch, seed)
  let sum = 0
  for (let step = 0; step < steps; step++) {
    optimizer.scaleLr(schedule(step))
    sum += scope(() => trainStep(model, parameters, optimizer, batches.next().value!))
    if ((step + 1) % 50 === 0) {
      curve.push({ step: step + 1, loss: sum / 50 })
      tell(curve.at(-1)!)
      sum = 0
    }
    await nextTurn()
  }
  optimizer.dispose()
  model.requiresGrad_(false).eval()
  return curve
}

function trainStep(model: CausalLM, parameters: Tensor[], optimizer: optim.AdamW, prompts: readonly Prompt[]): number {
  const loss = lossOf(model, prompts)
  optimizer.zeroGrad()
  loss.backward()
  optim.clipGradNorm(parameters, 1)
  optimizer.step()
  return loss.item()
}

/** Of every word that can be known from what stands before it: of the whole text, not of the answer alone. */
function lossOf(model: CausalLM, prompts: readonly Prompt[]): Tensor {
  const samples = prompts.map(({ ids }) => ({ ids, labels: ids, visuals: [] }))
  const { embeddings, labels } = joinVisuals(model, samples)
  return nextTokenLoss(model, model.forward(embeddings), labels)
}

/** Texts of like length together, since the rest of a row is padding; batches in random order, again and again. */
function* batchesOf(prompts: readonly Prompt[], size: number, seed: number): Batches {
  for (let epoch = 0; ; epoch++) {
    const draw = random(seed, 'epoch', epoch)
    const order = shuffled(prompts.length, draw)
    const pools = inPieces(order, 32 * size).map((pool) =>
      pool.sort((a, b) => prompts[a]!.ids.length - prompts[b]!.ids.length),
    )
    const batches = pools.flatMap((pool) => inPieces(pool, size)).filter((batch) => batch.length === size)
    for (const i of shuffled(batches.length, draw)) yield batches[i]!.map((k) => prompts[k]!)
  }
}

type Batches = globalThis.Generator<Prompt[], never, undefined>

/** Shares of held-out questions that are answered right. */
export interface HeldOut {
  /** Where what is seen stands in words. */
  seen: number
  /** Where nothing does. */
  unseen: number
}

/**
 * How often the model's likeliest continuation is the right one, word by word over the held-out texts' targets: what
 * was asked about and could be seen, and what could not.
 */
export function heldOut({ model, tokenizer, documents }: MadeLanguage): HeldOut {
  const share = (list: readonly Document[]) => {
    const all = list.map(({ parts }) => whole(model, tokenisePrompt(tokenizer, parts)))
    return all.filter(Boolean).length / Math.max(1, all.length)
  }
  const questions = documents.test.filter(({ kind }) => kind === 'question')
  return { seen: share(questions.filter(({ seen }) => seen)), unseen: share(questions.filter(({ seen }) => !seen)) }
}

/** Whether every token of the answer is the likeliest one where it stands. */
function whole(model: CausalLM, prompt: Prompt): boolean {
  return noGrad(() =>
    scope(() => {
      const { embeddings } = joinVisuals(model, [{ ...prompt, visuals: [] }])
      const best = model.logits(model.forward(embeddings)).argmax(-1).flatten().tolist() as number[]
      return prompt.labels.every((label, i) => label === IGNORED || i === 0 || best[i - 1] === label)
    }),
  )
}
