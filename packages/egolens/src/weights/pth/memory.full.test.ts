import { execFile } from 'node:child_process'
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { int32, long, pickle, storage, tensor, text, withFolder } from './pth.testing.js'

const built = new URL('../../../dist/weights/pth/convert.js', import.meta.url).href
const elements = 150_000_000
const [rows, columns] = [10_000, 15_000]

/** A legacy checkpoint of two storages of 600 MB, which are holes in the file. */
function writeLarge(path: string, views: Buffer[]): void {
  const magic = pickle(0x8a, 10, Buffer.from('6cfc9c46f9206aa85019', 'hex'), '.')
  const object = pickle('}', ...views.map((view, i) => pickle(text(`w${i}`), view, 's')), '.')
  const keys = pickle(']', text('0'), 'a', text('1'), 'a.')
  const parts = [magic, pickle('J', int32(1001), '.'), pickle('}.'), object, keys].map((part) => pickle(0x80, 2, part))
  writeFileSync(path, Buffer.concat(parts))
  let size = Buffer.concat(parts).length
  for (let i = 0; i < 2; i++) {
    const count = long(elements).subarray(2)
    appendFileSync(path, count)
    size += count.length + 4 * elements
    truncateSync(path, size)
  }
}

/** Bytes by which the peak of a process that converts lies above what it takes itself. */
async function peak(input: string, output: string): Promise<number> {
  const program = `
    import { readFileSync } from 'node:fs'
    import { convertCheckpoint } from '${built}'
    const status = (key) => 1024 * Number(new RegExp(key + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1])
    const own = status('VmRSS')
    await convertCheckpoint(${JSON.stringify(input)}, ${JSON.stringify(output)})
    console.log(status('VmHWM') - own)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return Number(stdout)
}

const contiguous = (key: string) => tensor(storage(key, elements), [0, [rows, columns], [columns, 1]])
const transposed = (key: string) => tensor(storage(key, elements), [0, [columns, rows], [1, columns]])

it.skipIf(process.platform !== 'linux')(
  'two tensors of 600 MB are converted in 64 MiB, or in 1.1 times one of them where they are transposed (Linux)',
  async () => {
    await withFolder(async (folder) => {
      const [input, output] = [join(folder, 'x.pth'), join(folder, 'x.safetensors')]
      writeLarge(input, [contiguous('0'), contiguous('1')])
      const inPieces = await peak(input, output)
      expect(inPieces).toBeLessThan(64 * 2 ** 20)
      expect((await stat(output)).size).toBeGreaterThan(8 * elements)
      writeLarge(input, [transposed('0'), transposed('1')])
      const turned = await peak(input, output)
      expect(turned).toBeLessThan(1.1 * 4 * elements)
      console.log(`peak: ${inPieces} bytes in pieces, ${turned} transposed`)
    })
  },
  300_000,
)
