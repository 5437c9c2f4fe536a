import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { safetensors, setNumThreads } from '@egolens/torch'
import { renderPlace, renderTakes } from '@egolens/world'
import { writeAtomic } from '../../files.js'
import { renderingTo } from '../../progress.rendering.js'
import { buildModel } from '../model/build.js'
import type { View } from '../model/model.js'
import { fillPart } from '../model/parts.js'
import { embeddedRuns } from '../training/embedded.js'
import { hasOutput, saveOutput } from '../training/output.js'
import { trainStage } from '../training/train.js'
import { captionLoss } from './caption-loss.js'
import { initializationCard } from './card.js'
import { captionClips, captionTakes } from './data.js'
import { packRun } from './pack.js'
import { smallStage } from './stages.js'
import { fitTower } from './towers.js'

// Fits both towers to stills, draws takes of their own, trains towers and connector to caption them, and writes the
// embedded Initialization. What is done in the working folder is not done again.
//   node dist/exo2ego/small/build.js [--dir WORK] [--takes 80] [--threads 2] [--out DIR]

/** People and things of these takes are in no other: other seeds draw other worlds. */
const SEED = 801

/** Trimmed clips of the wearer's camera, as EgoClip has many where takes are few. */
const CLIPS = {
  place: 'kitchen',
  seed: SEED,
  clips: { train: 3000, test: 0 },
  untrimmed: { train: 0, test: 0 },
} as const

/** What the card's figures are measured on. */
const HELD = { ...CLIPS, seed: SEED + 1, clips: { train: 320, test: 0 } }

const countLines = async (file: string) => (await readFile(file, 'utf8')).trim().split('\n').length

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: 'runs/small-initialization' },
    takes: { type: 'string', default: '80' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: embeddedRuns['small-initialization']! },
  },
})
setNumThreads(Number(values.threads))
const started = performance.now()
let told = 0
const progress = ({
  task,
  done,
  total = 0,
  note = '',
}: {
  task: string
  done: number
  total?: number
  note?: string
}) => {
  const seconds = (performance.now() - started) / 1000
  if (seconds - told < 10 && done !== total) return
  told = seconds
  process.stderr.write(`${seconds.toFixed(0).padStart(5)} s  ${task} ${done} of ${total} ${note}\n`)
}

const dir = resolve(values.dir)
const onProgress = renderingTo(progress)
await renderPlace({ ...CLIPS, dir: join(dir, 'clips'), workers: 2, onProgress })
const root = join(dir, 'takes')
await renderTakes({
  place: 'kitchen',
  dir: root,
  takes: { train: Number(values.takes), val: 0, test: 0 },
  seed: SEED,
  workers: 2,
  onProgress,
})
let from: string | undefined
for (const view of ['ego', 'exo'] as const) from = await fitRun(view, join(dir, `tower-${view}`), from)
const captions = { exo: await captionTakes(root, 'exo'), ego: await captionClips(join(dir, 'clips'), CLIPS) }
for (const view of ['exo', 'ego'] as const) {
  const run = join(dir, view)
  const recipe = smallStage('initialization', { train: captions[view], view, from: from! })
  await trainStage(recipe, { dir: run, resume: true, progress })
  from = run
}
await packRun(from!, values.out, ['ego', 'exo', 'connector'])
const held = join(dir, 'held-out')
await renderPlace({ ...HELD, dir: held, workers: 2, onProgress })
const files = (await readdir(values.out)).filter((file) => file.endsWith('.safetensors'))
const sizes = await Promise.all(files.map(async (file) => (await stat(join(values.out, file))).size))
const card = initializationCard({
  captions: { ego: await countLines(captions.ego), exo: await countLines(captions.exo) },
  heldOut: { ...(await captionLoss(values.out, await captionClips(held, HELD))), clips: HELD.clips.train },
  bytes: sizes.reduce((sum, size) => sum + size, 0),
  date: new Date().toISOString().slice(0, 10),
})
await writeAtomic(join(values.out, 'README.md'), card)

/** Fits a view's tower and writes it as a run; that of the outside cameras goes on from the wearer's. */
async function fitRun(view: View, run: string, before?: string): Promise<string> {
  if (await hasOutput(run)) return run
  const train = 'of no captions'
  const recipe = smallStage('initialization', { train, view, ...(before === undefined ? {} : { from: before }) })
  const { model, preprocessing } = await buildModel(recipe.model, { parts: [view], seed: 1 })
  if (before !== undefined) fillPart(model, view, safetensors.load(join(before, 'ego.safetensors')), before)
  await fitTower(model.need(view), preprocessing, { view, progress })
  await mkdir(run, { recursive: true })
  await saveOutput(run, model, { recipe, trained: [view], frozen: {} })
  return run
}
