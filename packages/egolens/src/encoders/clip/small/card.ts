import type { MadeClip } from './make.js'
import type { SmallRecipe } from './recipe.js'

/** Figures of a finished training. */
export interface Figures {
  /** Zero-shot accuracy over the nouns of held-out pictures. */
  heldOut: number
  nouns: number
  seconds: number
  bytes: number
  date: string
}

/** The model card. */
export function modelCard(recipe: SmallRecipe, { config, curve }: MadeClip, figures: Figures): string {
  const { vision, text, width } = config
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  const points = curve.filter(
    (_, i) => i === 0 || (i + 1) % Math.ceil(curve.length / 10) === 0 || i === curve.length - 1,
  )
  return `# small-clip: the embedded CLIP

A CLIP of toy size, so that everything in EgoLens runs and is tested end to end without a download. It knows the
procedural world's web-like pictures and nothing else: on real video its answers mean nothing. For real work use
published weights, such as \`openai/clip-vit-base-patch16\`.

| | |
|---|---|
| image tower | ${vision.image} x ${vision.image} pixels, patches of ${vision.patch}, width ${vision.width}, ${vision.layers} layers, ${vision.heads} heads |
| text tower | ${text.vocabulary} tokens, ${text.context} at most in a text, width ${text.width}, ${text.layers} layers, ${text.heads} heads |
| joint space | ${width} |
| weights | float16 safetensors, Hugging Face's names, ${(figures.bytes / 1e6).toFixed(1)} MB |
| licence | Apache-2.0 |

## Data
${recipe.images.train} pictures of \`renderWebImages\` of @egolens/world, seed ${recipe.seed}, each with its caption: single things
on grounds of many kinds, without hands or motion, drawn with other instances, palettes and light than the world's three places.
No asset seed or scene is shared with them, so that zero-shot on the places is zero-shot. The vocabulary is byte-pair
encoding in CLIP's layout, learned until every word of the captions and of the places' class names is one token; any
other text is spelled with what there is.

## Recipe
Symmetric contrastive loss over batches of ${recipe.batch} with a learned logit scale (Radford et al. 2021), ${recipe.steps} steps of AdamW
(learning rate ${recipe.lr}, ${recipe.warmup} steps of warm-up, then cosine; weight decay ${recipe.weightDecay} on matrices), gradients clipped at norm 1;
a step sees a random ${percent(recipe.patchShare)} of the patches; random crops of ${recipe.crop} to 1 of the side, mirroring, brightness and tint.
Seed ${recipe.seed}. All of it is in \`src/encoders/clip/small/recipe.ts\`; \`npm run build:small-clip\` makes the files again.

## Figures
Made ${figures.date} in ${(figures.seconds / 60).toFixed(0)} minutes on 2 CPU cores.

- zero-shot accuracy on ${recipe.images.test} held-out pictures of the same kind, ${figures.nouns} nouns, "a photo of a ...": **${percent(figures.heldOut)}** (chance ${percent(1 / figures.nouns)})
- training loss: ${points.map(({ step, loss }) => `${loss.toFixed(2)} at ${step}`).join(', ')}

How it does on the places, as the world's gates ask, is in docs/world.md.

## Limits
Trained on drawings of some eighty things. It has seen no hands, no motion and no photograph. Verbs are hinted at in few
pictures, so that it knows next to nothing of them, by design.
`
}
