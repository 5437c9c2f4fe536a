import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { setNumThreads } from '@egolens/torch'
import { writeAtomic } from '../../files.js'
import { embedded } from '../../weights/cache.js'
import { saveCausalLM } from '../language/save.js'
import { modelCard } from './card.js'
import { heldOut, makeSmallLanguage } from './make.js'
import { quickRecipe, smallRecipe } from './recipe.js'

// Writes the texts, trains the embedded language model on them and writes it with its model card.
//   node dist/mllm/small/build.js [--quick] [--threads 2] [--out DIR]

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false }, // a minute or two, to see that all of it works
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: embedded['small-lm']! },
  },
})
const recipe = values.quick ? quickRecipe : smallRecipe
const started = performance.now()
const seconds = () => (performance.now() - started) / 1000
const say = (text: string) => process.stderr.write(`${seconds().toFixed(0).padStart(5)} s  ${text}\n`)

setNumThreads(Number(values.threads))
let first: number | undefined
const made = await makeSmallLanguage(recipe, ({ step, loss }) => {
  first ??= seconds() - 0.001
  const left = ((seconds() - first) / Math.max(1, step - 50)) * (recipe.steps - step)
  say(`step ${step} of ${recipe.steps}, loss ${loss.toFixed(3)}, ${(left / 60).toFixed(1)} minutes left`)
})
const out = resolve(values.out)
await mkdir(join(out, '..'), { recursive: true })
const fresh = join(await mkdtemp(`${out}.`), 'model')
await saveCausalLM(fresh, made.model.to('float16'))
const json = (name: string, value: object) => writeAtomic(join(fresh, name), `${JSON.stringify(value, null, 1)}\n`)
await json('tokenizer.json', made.files.json)
await json('tokenizer_config.json', made.files.config)
const { size: bytes } = await stat(join(fresh, 'model.safetensors'))
made.model.to('float32') // as it is used, with the rounding of what was written
const figures = { heldOut: heldOut(made), seconds: seconds(), bytes, date: new Date().toISOString().slice(0, 10) }
await writeAtomic(join(fresh, 'README.md'), modelCard(recipe, made, figures))
await rm(out, { recursive: true, force: true })
await rename(fresh, out)
await rm(join(fresh, '..'), { recursive: true })
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
say(
  `held-out answers ${percent(figures.heldOut.seen)} where seen, ${percent(figures.heldOut.unseen)} where not, ${out}`,
)
