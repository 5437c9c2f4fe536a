import { scope } from '@egolens/torch'
import { EgoLensError } from '../errors.js'
import {
  type Checkpoint,
  cutLog,
  OTHER_RECIPE,
  readCheckpoint,
  type Skipped,
  type TrainingState,
  tidyCheckpoints,
} from './checkpoint.js'
import { runPaths } from './run-directory.js'

/** Where a sitting of a run goes on from. */
export interface Beginning {
  state: TrainingState
  skipped: Skipped[]
  resumedFrom?: number
}

export interface BeginOptions {
  dir: string
  resume: boolean
  /** Of the recipe; see `recipeHash`. */
  hash: string
  /** Checkpoints that stay. */
  keep: number
  /** Whether this process is the one that mends what it finds. */
  writes?: boolean
}

/**
 * The state to train on from: that of the newest whole checkpoint, which `restore` brings back with the log at its length of
 * then, or that of a new run.
 * @throws EgoLensError `run/other-checkpoint`, `disk/...`
 */
export async function beginRun(
  { dir, resume, hash, keep, writes = true }: BeginOptions,
  restore: (checkpoint: Checkpoint) => void,
): Promise<Beginning> {
  const paths = runPaths(dir)
  return scope(async () => {
    const { checkpoint, skipped } = resume
      ? await readCheckpoint(paths.checkpoints, hash)
      : { checkpoint: undefined, skipped: [] }
    if (!checkpoint) {
      refuseOthers(skipped, paths.checkpoints)
      if (writes) await cutLog(paths.log, 0)
      return { state: initialState(hash), skipped }
    }
    const { state } = checkpoint
    restore(checkpoint)
    if (writes) await cutLog(paths.log, state.logBytes)
    // It may have been cut off at this; where a checkpoint is damaged, the older ones are worth more than order.
    if (writes && skipped.length === 0) await tidyCheckpoints(paths.checkpoints, keep)
    return { state, skipped, resumedFrom: state.step }
  })
}

/** To begin anew beside whole checkpoints of another recipe would overwrite somebody's work, and be no resumption. */
function refuseOthers(skipped: readonly Skipped[], where: string): void {
  const others = skipped.filter(({ reason }) => reason === OTHER_RECIPE).map(({ name }) => name)
  if (others.length === 0) return
  throw new EgoLensError(
    'run/other-checkpoint',
    `${others.join(', ')}: ${OTHER_RECIPE}, and there is none of this one`,
    {
      where,
      cure: 'bring back the checkpoints of this run, or remove these to begin anew',
    },
  )
}

function initialState(recipe: string): TrainingState {
  return {
    recipe,
    step: 0,
    epoch: 0,
    position: 0,
    sums: { loss: 0, clips: 0, correct: {}, labelled: {} },
    generator: '',
    logBytes: 0,
    seconds: 0,
    processorSeconds: 0,
  }
}

/** Adds this sitting's seconds, on the clock and of processors, to those of the sittings before. */
export function stopwatch(state: Pick<TrainingState, 'seconds' | 'processorSeconds'>): () => void {
  const { seconds, processorSeconds } = state
  const [began, worked] = [performance.now(), process.cpuUsage()]
  return () => {
    state.seconds = seconds + (performance.now() - began) / 1000
    if (processorSeconds === undefined) return // of a run that began before this was measured
    const { user, system } = process.cpuUsage(worked)
    state.processorSeconds = processorSeconds + (user + system) / 1e6
  }
}

/** Ends a run that was told to: a checkpoint, then the error that says so. */
export async function stop(save: () => Promise<void>): Promise<never> {
  await save()
  throw new EgoLensError('run/interrupted', 'training was interrupted; a checkpoint was written', {
    cure: 'go on with --resume',
  })
}
