import type { Study, StudyRow } from './plan.js'
import { smallTraining, smallXMic, xMicStudy } from './x-mic.js'

// Seconds an update are those of one core of an AMD EPYC of 2.6 GHz: they make the plan that is shown before, and deal the
// runs to processes. No result is made of them.

// As in recipes/small: blocks and pool of this size are enough for 192 dimensions, and the running frequency of the pool
// must follow within an epoch of 47 updates.
const smallEgoPrompt = { mlpRatio: 1, contextTokens: 8, poolSize: 16, promptLength: 2, decay: 0.9 }
const bothViews = { ...smallEgoPrompt, input: 'both' }

/** Every method that works on features. Options other than defaults are what X-MIC says of its rows, or fit the small CLIP. */
const featureRows: StudyRow[] = [
  { name: 'ZS CLIP', method: 'zero-shot' },
  { name: 'ZS CLIP, hand crops', method: 'zero-shot', options: { view: 'hand' } },
  { name: 'CoOp', method: 'coop', secondsPerUpdate: 0.014 },
  { name: 'CLIP-Adapter', method: 'clip-adapter', options: { preset: 'x-mic' }, secondsPerUpdate: 0.003 },
  { name: 'CLIP-Adapter*', method: 'clip-adapter-temporal', options: { preset: 'x-mic' }, secondsPerUpdate: 0.065 },
  // The small CLIP reads 32 tokens, not 77.
  { name: 'A5', method: 'a5', options: { prefix: 8, postfix: 8 }, secondsPerUpdate: 0.09 },
  { name: 'X-MIC, F', method: 'x-mic', options: viewed('full'), secondsPerUpdate: 0.032 },
  { name: 'X-MIC, H', method: 'x-mic', options: viewed('hand'), secondsPerUpdate: 0.032 },
  { name: 'X-MIC', method: 'x-mic', options: smallXMic, secondsPerUpdate: 0.053 },
  { name: 'X-MIC, n1 alone', ...ablated({ norms: ['n1'] }) },
  { name: 'X-MIC, "a video of a"', ...ablated({ prompt: 'a video of a {}' }) },
  { name: 'EgoPrompt, F', method: 'egoprompt', options: smallEgoPrompt, joint: true, secondsPerUpdate: 0.1 },
  { name: 'EgoPrompt', method: 'egoprompt', options: bothViews, joint: true, secondsPerUpdate: 0.145 },
]

/** Those that see pixels, or encode the class texts for every video. The small CLIP's text tower has three layers. */
const slowRows: StudyRow[] = [
  { name: 'CoCoOp', method: 'cocoop', options: { preset: 'x-mic' }, secondsPerUpdate: 0.18 },
  { name: 'Vita-CLIP', method: 'vita-clip', secondsPerUpdate: 0.88 },
  { name: 'MaPLe', method: 'maple', options: { depth: 3 }, secondsPerUpdate: 0.84 },
]

/** A row that changes one choice of X-MIC's: of its norms (Table 6), of the sentence around class names (Table 7). */
function ablated(options: Record<string, unknown>) {
  return { method: 'x-mic', options: { ...smallXMic, ...options }, ablation: true, secondsPerUpdate: 0.055 }
}

/** A batch of 16 clips of 4 frames takes half of what one of 32 clips of 16 takes; class texts are in both. */
function lighter({ secondsPerUpdate = 0, ...row }: StudyRow): StudyRow {
  return { ...row, secondsPerUpdate: secondsPerUpdate / 2 }
}

function viewed(view: 'full' | 'hand') {
  return { ...smallXMic, input: view, classifyFeature: view }
}

/** All methods that work on features, under equal conditions: both directions, shared and novel, base-to-novel. */
export const methodsStudy: Study = {
  ...xMicStudy,
  name: 'methods',
  title: 'Methods on features of the small world',
  rows: featureRows,
  notes: ['EgoPrompt learns verbs and nouns in one run of as many updates; the others in a run each.'],
  grid: [3e-4, 1e-3, 3e-3],
  baseToNovel: true,
  training: { ...smallTraining, epochs: 12 },
}

/**
 * Those that see pixels or encode texts for every video, and all others again, on fewer clips, frames and updates: an
 * update takes the time of an encoder.
 */
export const methodsPixelsStudy: Study = {
  ...methodsStudy,
  name: 'methods-pixels',
  title: 'Methods on pixels of the small world, a fixed 400 clips a place',
  rows: [...featureRows.filter(({ ablation }) => !ablation).map(lighter), ...slowRows],
  training: { ...smallTraining, epochs: 6, batch: 16, frames: 4 },
  subset: { train: 300, test: 100 },
}

/** All rows of a study on so little that it is done in minutes: to see that it runs, not what it says. */
export const quick = ({ subset, ...study }: Study): Study => ({
  ...study,
  name: `${study.name}-quick`,
  grid: study.grid.slice(1, 2),
  seeds: study.seeds.slice(0, 1),
  training: { ...study.training, epochs: 2, warmupEpochs: 0 },
  world: 'world-quick',
  clips: { train: 120, test: 60 },
  untrimmed: { train: 0, test: 0 },
})
