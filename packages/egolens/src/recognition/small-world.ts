import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readManifest } from '@egolens/world'

/**
 * What must be said of a video that the embedded model does not know: it has only ever seen the small procedural
 * world. Undefined for a video of that world.
 */
export async function unknownWorldNote(source: string): Promise<string | undefined> {
  let folder = dirname(resolve(source))
  for (let i = 0; i < 6; i++) {
    const isTree = await stat(join(folder, 'manifest.json')).catch(() => undefined)
    if (isTree && (await readManifest(folder).catch(() => undefined))) return undefined
    folder = dirname(folder)
  }
  return (
    'The embedded small CLIP knows only the small procedural world: its labels mean nothing on this video. ' +
    'Pull real CLIP weights (egolens models pull openai/clip-vit-base-patch16), train on real clips with backbone.clip naming them, and use that run.'
  )
}
