import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeVideo, type VideoSize } from './video.js'

export interface OwnRecipe {
  videos: number
  size: VideoSize
  /** A folder with a CLIP, or `small`. */
  clip: string
  hands: 'ssd' | 'none'
  compute?: 'auto' | 'float32'
}

/** Writes videos, a table of clips that covers them, and a recipe for X-MIC on them. */
export function ownRecipe(folder: string, { videos, size, clip, hands, compute = 'auto' }: OwnRecipe): string {
  const names = Array.from({ length: videos }, (_, i) => `video-${i}.mp4`)
  makeVideo(folder, size, names[0])
  // Each is a file of its own content: the store keeps one video once, whatever it is called.
  for (const [i, name] of names.entries()) if (i > 0) makeVideo(folder, { ...size, rate: size.rate - i / 100 }, name)
  const half = size.seconds / 2
  const rows = names.flatMap((name, i) => {
    const split = i === names.length - 1 ? 'test' : 'train'
    return [`${name},0,${half},take,cup,${split}`, `${name},${half},${size.seconds},put,knife,${split}`]
  })
  writeFileSync(join(folder, 'clips.csv'), ['video,start,end,verb,noun,split', ...rows, ''].join('\n'))
  const data = (split: string) => `{ dataset: own, split: ${split}, file: ${join(folder, 'clips.csv')}`
  const recipe = `name: bench
method: x-mic
component: both
backbone: { clip: ${clip} }
features: { store: ${join(folder, 'store')}, every: 0.25, compute: ${compute}, hands: { provider: ${hands} } }
data:
  train: ${data('train')} }
  test: [${data('test')}, name: own }]
options: { metaNet: linear }
training: { epochs: 1, batch: 2, frames: 4, lr: 1e-4 }
`
  const path = join(folder, 'recipe.yaml')
  writeFileSync(path, recipe)
  return path
}
