import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { safetensors, scope } from '@egolens/torch'
import { readBytes } from '../../files/read.js'
import { writeAtomic } from '../../files.js'
import { weightHash } from '../../weights/files.js'
import { saveTensors } from '../../weights/save-tensors.js'
import type { PartName } from '../stages/index.js'
import { readOutput, type StageOutputFile } from '../training/output.js'

/**
 * Writes parts of a run, wherever they lie, into one folder in float16: half the bytes, and a run that others begin from.
 * Low-rank layers stay as they are.
 *
 * @param parts those that go in
 * @throws EgoLensError `exo2ego/no-output`, `disk/...`
 * @example await packRun('runs/initialization-exo', 'packed', ['ego', 'exo', 'connector'])
 */
export async function packRun(dir: string, out: string, parts: readonly PartName[]): Promise<StageOutputFile> {
  const output = await readOutput(dir)
  const fresh = `${resolve(out)}.new`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { recursive: true })
  const packed: StageOutputFile['parts'] = {}
  for (const name of parts) {
    const found = output.parts[name]
    if (!found) continue
    const file = join(fresh, `${name}.safetensors`)
    const bytes = await readBytes(resolve(dir, found.file))
    await scope(async () => {
      const tensors = safetensors.fromBytes(bytes)
      const halves = Object.entries(tensors).map(([key, tensor]) => [key, tensor.to('float16')] as const)
      await saveTensors(file, Object.fromEntries(halves))
    })
    packed[name] = { file: basename(file), sha256: await weightHash([file]) }
  }
  const whole = { ...output, parts: packed, frozen: {} }
  await writeAtomic(join(fresh, 'model.json'), `${JSON.stringify(whole, null, 2)}\n`)
  await rm(out, { recursive: true, force: true })
  await mkdir(dirname(resolve(out)), { recursive: true })
  await rename(fresh, out)
  return whole
}
