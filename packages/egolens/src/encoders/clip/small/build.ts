import { chmod, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { manualSeed, setNumThreads } from '@egolens/torch'
import { nounWords, placeNames, renderWebImages, verbWords, vocabulary } from '@egolens/world'
import { embedded } from '../../../weights/cache.js'
import { loadClip } from '../load.js'
import { modelCard } from './card.js'
import { gatherImages } from './images.js'
import { makeSmallClip, writeSmallClip } from './make.js'
import { quickRecipe, smallRecipe } from './recipe.js'
import { zeroShotAccuracy } from './zero-shot.js'

// Renders the pictures, trains the embedded CLIP and writes it with its model card.
//   node dist/encoders/clip/small/build.js [--quick] [--threads 2] [--out DIR]

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false }, // a few minutes, to see that all of it works
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: embedded.small! },
  },
})
const recipe = values.quick ? quickRecipe : smallRecipe
const started = performance.now()
const seconds = () => (performance.now() - started) / 1000
const say = (text: string) => process.stderr.write(`${seconds().toFixed(0).padStart(5)} s  ${text}\n`)

setNumThreads(Number(values.threads))
manualSeed(recipe.seed)
const { train, test } = recipe.images
const side = recipe.config.vision.image
const render = (seed: number, count: number) =>
  gatherImages(renderWebImages({ seed, count, size: side }), count, side, (done) => {
    if (done % 1000 === 0) say(`${done} of ${count} pictures`)
  })
const images = await render(recipe.seed, train)
const held = await render(recipe.seed + 1, test)

const classNames = placeNames.flatMap((place) => {
  const { nouns, verbs } = vocabulary(place)
  return [...nouns, ...verbs].map(({ name }) => name)
})
const words = [
  ...classNames,
  ...[...nounWords.values()].flat(),
  ...Object.values(verbWords).flat(),
  'a',
  'photo',
  'of',
  'video',
]
const first = seconds()
const made = await makeSmallClip(recipe, images, words, ({ step, loss }) => {
  const left = ((seconds() - first) / step) * (recipe.steps - step)
  say(`step ${step} of ${recipe.steps}, loss ${loss.toFixed(3)}, ${(left / 60).toFixed(1)} minutes left`)
})

const out = resolve(values.out)
await mkdir(join(out, '..'), { recursive: true })
const fresh = await mkdtemp(`${out}.`)
await writeSmallClip(fresh, made)
const clip = await loadClip(fresh)
// A class is asked for by the first of its words, as captions mostly do.
const kinds = [...nounWords.keys()]
const heldOut = zeroShotAccuracy(clip, held, kinds, (kind) => `a photo of a ${nounWords.get(kind)![0]}`)
const bytes = (await stat(join(fresh, 'model.safetensors'))).size
const date = new Date().toISOString().slice(0, 10)
const figures = { heldOut, nouns: kinds.length, seconds: seconds(), bytes, date }
await writeFile(join(fresh, 'README.md'), modelCard(recipe, made, figures))
// A temporary folder is its maker's alone; this one is for all.
await chmod(fresh, 0o755)
await rm(out, { recursive: true, force: true })
await rename(fresh, out)
say(
  `zero-shot on held-out pictures ${(100 * heldOut).toFixed(1)} %, logit scale ${Math.exp(clip.logitScale).toFixed(1)}, ${out}`,
)
