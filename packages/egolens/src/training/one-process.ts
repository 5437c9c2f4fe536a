import { EgoLensError } from '../errors.js'

/**
 * Recognition methods have few parameters and train on features that are found once: one process does it. Several would
 * each train the same run, in the same directory.
 *
 * @throws EgoLensError training/one-process
 */
export function requireOneProcess(variables: Readonly<Record<string, string | undefined>> = process.env): void {
  const { WORLD_SIZE } = variables
  if (!(Number(WORLD_SIZE) > 1)) return
  throw new EgoLensError('training/one-process', `this method trains in one process, and WORLD_SIZE is ${WORLD_SIZE}`, {
    cure: 'start it by itself, not by egolens launch or torchrun; runs with directories of their own may go side by side',
  })
}
