import { join } from 'node:path'
import { weightFiles } from '../files.js'

/** Whether a directory has weights that can be loaded as they are. */
export const isLoadable = (dir: string): Promise<boolean> =>
  weightFiles(dir).then(
    () => true,
    () => false,
  )

/** Weights of a directory that are to be converted before they can be loaded: none where others can be. */
export async function pickledWeights(dir: string, paths: readonly string[]): Promise<string[]> {
  if (await isLoadable(dir)) return []
  return paths.filter((path) => /\.(bin|pt|pth)$/.test(path)).map((path) => join(dir, path))
}
