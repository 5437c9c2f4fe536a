import type { Study, StudyRow } from './plan.js'
import { smallTraining, smallXMic, xMicStudy } from './x-mic.js'

// Seconds an update on two cores of an AMD EPYC of 2.6 GHz, from a run of each row: they make the plan, not a result.
const featureRows: StudyRow[] = [
  { name: 'ZS CLIP', method: 'zero-shot' },
  { name: 'ZS CLIP, hand crops', method: 'zero-shot', options: { view: 'hand' } },
  { name: 'CoOp', method: 'coop', secondsPerUpdate: 0.025 },
  {
    name: 'X-MIC, F',
    method: 'x-mic',
    options: { ...smallXMic, input: 'full', classifyFeature: 'full' },
    secondsPerUpdate: 0.023,
  },
  {
    name: 'X-MIC, H',
    method: 'x-mic',
    options: { ...smallXMic, input: 'hand', classifyFeature: 'hand' },
    secondsPerUpdate: 0.023,
  },
  { name: 'X-MIC', method: 'x-mic', options: smallXMic, secondsPerUpdate: 0.04 },
  { name: 'EgoPrompt', method: 'egoprompt', joint: true, secondsPerUpdate: 0.1 },
]

const pixelRows: StudyRow[] = [
  { name: 'Vita-CLIP', method: 'vita-clip', secondsPerUpdate: 0.8 },
  { name: 'MaPLe', method: 'maple', secondsPerUpdate: 0.8 },
]

/** Every method that works on features, under equal conditions: both directions, shared and novel, base-to-novel. */
export const methodsStudy: Study = {
  ...xMicStudy,
  name: 'methods',
  title: 'All methods on the small world',
  rows: featureRows,
  grid: [3e-4, 1e-3, 3e-3],
}

/**
 * The same rows with those that see pixels, or encode the class texts for every video, on fewer clips: a step of theirs
 * takes the encoder's time.
 */
export const methodsPixelsStudy: Study = {
  ...methodsStudy,
  name: 'methods-pixels',
  title: 'Methods that see pixels or encode texts for every video, on 400 clips',
  training: { ...smallTraining, frames: 8 },
  world: 'world-400',
  clips: { train: 300, test: 100 },
}

/** All rows of a study on so little that it is done in minutes: to see that it runs, not what it says. */
export const quick = (study: Study): Study => ({
  ...study,
  name: `${study.name}-quick`,
  grid: study.grid.slice(1, 2),
  seeds: study.seeds.slice(0, 1),
  training: { ...study.training, epochs: 2 },
  world: 'world-quick',
  clips: { train: 120, test: 60 },
})
