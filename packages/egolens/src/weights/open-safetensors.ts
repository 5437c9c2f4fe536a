import { closeSync, openSync, readSync } from 'node:fs'
import { safetensors, TorchError } from '@egolens/torch'
import { EgoLensError } from '../errors.js'

/** What is found under the name of a safetensors file, by its first bytes in hexadecimal, and what to do with it. */
const others: [RegExp, string, (path: string) => string][] = [
  [/^504b0304/, 'a PyTorch checkpoint (zip)', convert],
  [/^800[2-5]/, 'a pickle', convert],
  [
    /^76657273696f6e2068747470733a2f2f6769742d6c6673/,
    'a pointer of Git LFS, not the file itself',
    () => 'git lfs pull, or pull the model again',
  ],
  [/^(20|09|0a|0d)*3c(21|3f|[46]8)/, 'a page of the web', () => 'download the file itself'],
]

function convert(path: string): string {
  return `give it its own ending, .pth, then egolens models convert ${path.replace(/\.safetensors$/, '.pth')}`
}

/**
 * Opens a safetensors file.
 *
 * @throws EgoLensError `weights/not-safetensors` saying what it is instead; TorchError `BadSafetensors` naming the file
 * where it is cut off or breaks the format's rules
 */
export function openSafetensors(path: string): ReturnType<typeof safetensors.open> {
  try {
    return safetensors.open(path)
  } catch (error) {
    if (!(error instanceof TorchError) || error.code !== 'BadSafetensors') throw error
    const start = beginning(path)
    const other = others.find(([pattern]) => pattern.test(start))
    if (!other) throw error
    const [, what, cure] = other
    throw new EgoLensError('weights/not-safetensors', `it is ${what}`, { where: path, cure: cure(path), cause: error })
  }
}

function beginning(path: string): string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(64)
    return bytes.toString('hex', 0, readSync(file, bytes, 0, bytes.length, 0))
  } finally {
    closeSync(file)
  }
}
