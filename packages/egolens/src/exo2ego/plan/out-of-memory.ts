import { totalmem } from 'node:os'
import { memory, TorchError } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { fusedAttention } from '../../mllm/language/attend.js'
import type { StageRecipe } from '../recipe.schema.js'
import { planStage, type StagePlan } from './plan.js'

/**
 * What libtorch says where it gets no more memory, as an error that says what would fit; any other error as it is.
 *
 * @returns EgoLensError `training/out-of-memory`
 */
export async function orOutOfMemory(
  error: unknown,
  recipe: StageRecipe,
  { device, worldSize }: { device: string; worldSize: number },
): Promise<unknown> {
  if (!(error instanceof TorchError && error.code === 'OutOfMemory')) return error
  // How large a GPU is the engine does not say: it held what has been given out, at least.
  const held = device === 'cpu' ? totalmem() : memory(device).peakBytes
  const plan = await planStage(recipe, { worldSize, memory: held, fused: fusedAttention() }).catch(() => undefined)
  const cure = plan ? cureOf(plan) : 'lower training.localBatch'
  const wanted = plan ? `; a step is planned to take ${(plan.memory.total / 1e9).toFixed(1)} GB` : ''
  return new EgoLensError('training/out-of-memory', `${device} has no more memory${wanted}`, {
    where: `training.localBatch ${plan?.batch.local ?? recipe.training.localBatch}`,
    cure: `${cure}; and begin in another --dir, since a run is resumed as it was begun`,
    cause: error,
  })
}

/** The plan may think that it fits: it counts what is needed, not what other programs or an allocator's gaps take. */
function cureOf({ fit, batch, memory: { checkpointing } }: StagePlan): string {
  if (!fit.fits) return fit.advice.join(', or ')
  if (batch.local > 1) return `--set training.localBatch=${Math.floor(batch.local / 2)}`
  return checkpointing
    ? 'free the device of other programs, or lower model.frames'
    : '--set training.checkpointing=true'
}
