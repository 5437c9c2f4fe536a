import type { Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'

/** @throws EgoLensError `exo2ego/bad-shapes` where two tensors that are compared are not alike */
export function checkAlike(what: string, a: Tensor, b: Tensor): void {
  if (a.ndim >= 3 && `${a.shape}` === `${b.shape}`) return
  const shapes = `[${a.shape.join(', ')}] and [${b.shape.join(', ')}]`
  throw new EgoLensError('exo2ego/bad-shapes', `${what} compares features [B, ..., C] of one shape, not ${shapes}`, {
    cure: 'give both views the same number of frames and the same image tower',
  })
}
