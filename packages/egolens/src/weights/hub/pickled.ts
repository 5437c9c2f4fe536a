import { join } from 'node:path'
import { weightFiles } from '../files.js'

/** Weights of a directory that are to be converted before they can be loaded: none where others can be. */
export async function pickledWeights(dir: string, paths: readonly string[]): Promise<string[]> {
  const loadable = await weightFiles(dir).then(
    () => true,
    () => false,
  )
  return loadable ? [] : paths.filter((path) => /\.(bin|pt|pth)$/.test(path)).map((path) => join(dir, path))
}
