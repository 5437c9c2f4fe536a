import type { HeldOut, MadeLanguage } from './make.js'
import type { SmallLanguageRecipe } from './recipe.js'

/** Figures of a finished training. */
export interface Figures {
  heldOut: HeldOut
  seconds: number
  bytes: number
  date: string
}

/** The model card. */
export function modelCard(recipe: SmallLanguageRecipe, made: MadeLanguage, figures: Figures): string {
  const { curve, documents, model } = made
  const { config } = model
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const points = curve.filter(
    (_, i) => i === 0 || (i + 1) % Math.ceil(curve.length / 10) === 0 || i === curve.length - 1,
  )
  const parameters = model.parameters().reduce((sum, { numel }) => sum + numel, 0)
  return `# small-lm: the embedded language model

A language model of toy size, so that Exo2Ego runs and is tested end to end without a download. It has read texts about the
procedural world and nothing else. For real work use published weights, such as
\`mistralai/Mistral-7B-Instruct-v0.2\`.

| | |
|---|---|
| architecture | Mistral's: ${config.layers} layers, width ${config.width}, ${config.heads} heads (${config.keyValueHeads} of keys and values), MLP ${config.hidden}, RoPE, RMSNorm |
| vocabulary | ${config.vocabulary} tokens, every word of the texts is one; other text is spelled |
| parameters | ${parameters} |
| weights | float16 safetensors, Hugging Face's names, ${(figures.bytes / 1e6).toFixed(1)} MB |
| licence | Apache-2.0 |

## Data
${documents.train.length} texts: narrations of takes, and questions with their answers, of all three places, from worlds of
which no picture is ever drawn. Where a video would stand there is what is seen, as words in no order and a tenth of them
missing, so that the model learns to read what stands before a text and to answer by it. A tenth of the texts has nothing
there. Questions are balanced: with nothing seen an answer is a guess.

## Recipe
Next-token cross-entropy on whole texts, ${recipe.steps} steps of ${recipe.batch} texts, AdamW (learning rate ${recipe.lr}, ${recipe.warmup} steps of warm-up, then
cosine; weight decay ${recipe.weightDecay} on matrices), gradients clipped at norm 1. Seed ${recipe.seed}. All of it is in
\`src/mllm/small/recipe.ts\`; \`npm run build:small-lm\` makes the files again.

## Figures
Made ${figures.date} in ${(figures.seconds / 60).toFixed(0)} minutes on 2 CPU cores. On ${documents.test.length} texts that were held out, every word of the answer the likeliest one:

- questions with what is seen in words: **${percent(figures.heldOut.seen)}**
- questions with nothing seen: ${percent(figures.heldOut.unseen)}
- training loss: ${points.map(({ step, loss }) => `${loss.toFixed(2)} at ${step}`).join(', ')}

## Limits
It knows some three hundred words of what hands do with things in a kitchen, a workshop and a café.
`
}
