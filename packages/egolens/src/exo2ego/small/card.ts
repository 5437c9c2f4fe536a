import type { CaptionLoss } from './caption-loss.js'
import { smallModel, smallTraining } from './stages.js'
import { towerFit, towerStills } from './towers.js'

/** What a finished build came to. */
export interface InitializationFigures {
  /** Captions that were learnt from. */
  captions: { ego: number; exo: number }
  /** On clips of people and things that were not learnt from. */
  heldOut: CaptionLoss & { clips: number }
  bytes: number
  date: string
}

/** The model card of the embedded Initialization. */
export function initializationCard({ captions, heldOut, bytes, date }: InitializationFigures): string {
  const { participants, actions, frames } = towerStills
  const { steps, batch, lr, patchShare } = towerFit
  const { epochs, globalBatch, lr: rate } = smallTraining.initialization
  return `# small-initialization: where Exo2Ego's stages begin on the small world

Two image towers and a connector for the embedded language model, so that \`egolens demo --exo2ego\` and the small recipes
need no download. It knows the procedural world's kitchen and nothing else. Full recipes begin from VideoLLaMA2's weights.

| | |
|---|---|
| image towers | the embedded CLIP's, one for the wearer's camera and one for those about; tokens of the last layer but one |
| connector | STC of depth ${smallModel.connector.depth}, ${smallModel.frames} frames |
| weights | float16 safetensors, ${(bytes / 1e6).toFixed(1)} MB |
| licence | Apache-2.0 |

## Data
Nothing of it is in any take, place or study: other seeds draw other people and other things.

- towers: ${participants * actions * frames} stills a view of ${participants} people, with verb and noun
- connector: ${captions.exo} captions of what four fixed cameras see of 80 takes, then ${captions.ego} of the wearer's clips

## Recipe
1. Each tower is fitted to stills: the mean of its patch tokens is to tell verb and noun. ${steps.ego} steps (the wearer's, from the
   embedded CLIP) and ${steps.exo} (the others', from the wearer's) of ${batch} pictures, AdamW at ${lr}, a random ${100 * patchShare} % of the patches.
   Captions alone did not teach the embedded CLIP to see the kitchen, with as few clips as a small build can draw.
2. The connector learns to caption, the towers as they are: \`recipes/exo2ego/small/initialization-exo.yaml\`, then
   \`initialization-ego.yaml\` (${epochs} epochs, batch ${globalBatch}, learning rate ${rate}).

\`npm run build:small-initialization\` makes the files again.

## Figures
Made ${date} on CPU. On ${heldOut.clips} held-out clips of the wearer's camera, loss of a caption's token:

- with the clip's frames: **${heldOut.right.toFixed(3)}**
- with another clip's frames: ${heldOut.other.toFixed(3)}
`
}
