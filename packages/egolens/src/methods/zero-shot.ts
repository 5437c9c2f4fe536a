import { F, nn } from '@egolens/torch'
import { z } from 'zod'
import { cosines } from './closed-form.js'
import { type ClassVectors, encodeClasses, prompt } from './text.js'
import type { MethodDefinition, Output } from './types.js'
import { videoVector, viewOf } from './video-vector.js'

const options = z.strictObject({
  prompt: prompt.default('a photo of a {}').describe('the sentence around a class name; "{}" is the bare name'),
  view: z.enum(['full', 'hand']).default('full').describe('which view of the frames is classified'),
  frameNorm: z.enum(['none', 'l2']).default('none').describe('unit length for each frame before the mean'),
})

/** No parameters. */
class Nothing extends nn.Module {}

/** Frozen CLIP: the mean of the frames against the class texts (X-MIC, section 3.1, "No Fusion"). */
export const zeroShot: MethodDefinition<z.output<typeof options>> = {
  name: 'zero-shot',
  label: 'ZS CLIP',
  title: 'Zero-shot CLIP: the mean frame against the class texts; nothing is trained',
  paper: 'Radford et al., Learning Transferable Visual Models From Natural Language Supervision, ICML 2021',
  options,
  create({ prompt, view, frameNorm }, { backbone, components, frames }) {
    return {
      name: 'zero-shot',
      needs: { clip: 'features', views: [view], context: [], text: 'embeddings', frames },
      components,
      transfersToNewLabels: true,
      module: new Nothing(),
      classesTrain: false,
      classes: (labels) => encodeClasses(backbone.text, labels, components, prompt),
      forward(batch, classes) {
        const video = videoVector(viewOf(batch.features, view, 'image'), frameNorm)
        const output: Output = { logits: {} }
        for (const component of components) {
          const text = F.normalize((classes as ClassVectors)[component]!)
          output.logits[component] = cosines(text, video).mul(Math.exp(backbone.logitScale))
        }
        return output
      },
    }
  },
}
