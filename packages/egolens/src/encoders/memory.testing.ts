import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { writeSafetensors } from '../weights/write-safetensors.js'

/** Writes a model.safetensors of ones, piece by piece. @returns its bytes */
export async function writeOnes(dir: string, shapes: ReadonlyMap<string, readonly number[]>): Promise<number> {
  const ones = new Uint8Array(new Float32Array(1 << 20).fill(1).buffer)
  function* pieces(bytes: number) {
    for (let left = bytes; left > 0; left -= ones.length) yield ones.subarray(0, left)
  }
  const tensors = [...shapes].map(([name, shape]) => {
    const bytes = shape.reduce((a, b) => a * b, 4)
    return { name, dtype: 'F32', elementSize: 4, shape, pieces: () => pieces(bytes) }
  })
  await writeSafetensors(join(dir, 'model.safetensors'), tensors)
  return (await stat(join(dir, 'model.safetensors'))).size
}

/**
 * Bytes by which the peak of a process that loads a model lies above what it takes with the engine alone; of the built
 * files, on Linux.
 *
 * @param folder of the sources, whose load.js has the loader
 * @param options of the loader
 */
export async function peakOfLoading(folder: string, loader: string, dir: string, options: object): Promise<number> {
  const built = new URL(`../../dist/${folder}/load.js`, import.meta.url).href
  const program = `
    import { readFileSync } from 'node:fs'
    import { ${loader} } from '${built}'
    const status = (key) => 1024 * Number(new RegExp(key + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1])
    const own = status('VmRSS')
    await ${loader}(${JSON.stringify(dir)}, ${JSON.stringify(options)})
    console.log(status('VmHWM') - own)`
  const env = { ...process.env, OMP_NUM_THREADS: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
  return Number(stdout)
}
