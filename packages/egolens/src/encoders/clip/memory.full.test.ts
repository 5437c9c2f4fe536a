import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { embedded } from '../../weights/cache.js'
import { writeSafetensors } from '../../weights/write-safetensors.js'
import { type ClipConfig, formatConfig } from './config.js'
import { expectedTensors } from './names.js'

const built = new URL('../../../dist/encoders/clip/load.js', import.meta.url).href
const tower = { layers: 12, activation: 'quick_gelu' as const, eps: 1e-5 }
/** ViT-B/16 as published: 150 million parameters. */
const config: ClipConfig = {
  vision: { ...tower, width: 768, heads: 12, hidden: 3072, image: 224, patch: 16 },
  text: { ...tower, width: 512, heads: 8, hidden: 2048, vocabulary: 49408, context: 77 },
  width: 512,
}

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-memory-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function writeModel(): Promise<number> {
  await writeFile(join(dir, 'config.json'), JSON.stringify(formatConfig(config)))
  await copyFile(join(embedded.small!, 'tokenizer.json'), join(dir, 'tokenizer.json'))
  const ones = new Uint8Array(new Float32Array(1 << 20).fill(1).buffer)
  function* pieces(bytes: number) {
    for (let left = bytes; left > 0; left -= ones.length) yield ones.subarray(0, left)
  }
  const tensors = [...expectedTensors(config)].map(([name, shape]) => {
    const bytes = shape.reduce((a, b) => a * b, 4)
    return { name, dtype: 'F32', elementSize: 4, shape, pieces: () => pieces(bytes) }
  })
  await writeSafetensors(join(dir, 'model.safetensors'), tensors)
  return (await stat(join(dir, 'model.safetensors'))).size
}

/** Bytes by which the peak of a process that loads the model lies above what it takes with the engine alone. */
async function peak(compute: string): Promise<number> {
  const program = `
    import { readFileSync } from 'node:fs'
    import { loadClip } from '${built}'
    const status = (key) => 1024 * Number(new RegExp(key + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1])
    const own = status('VmRSS')
    await loadClip(${JSON.stringify(dir)}, { compute: '${compute}' })
    console.log(status('VmHWM') - own)`
  const env = { ...process.env, OMP_NUM_THREADS: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })
  return Number(stdout)
}

it.skipIf(process.platform !== 'linux')(
  'a model of 600 MB is loaded in less than 1.1 times its file (Linux)',
  async () => {
    const size = await writeModel()
    expect(size).toBeGreaterThan(590e6)
    const ratios = [(await peak('float32')) / size, (await peak('bfloat16')) / size]
    console.log(`peak over file: float32 ${ratios[0]!.toFixed(3)}, bfloat16 ${ratios[1]!.toFixed(3)}`)
    expect(ratios[0]).toBeLessThan(1.1)
    expect(ratios[1]).toBeLessThan(1.1)
  },
  300_000,
)
