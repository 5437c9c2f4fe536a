import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, fromTypedArray, safetensors, scope, tensor } from '@egolens/torch'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { hashTensors, saveTensors } from './save-tensors.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'egolens-save-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('tensors are written as the engine writes them, byte for byte', () =>
  scope(async () => {
    const tensors = {
      double: tensor([Math.PI], { dtype: 'float64' }),
      half: fromTypedArray(Uint16Array.of(0x3c00, 0x7e01), [2], { dtype: 'float16' }),
      brain: fromTypedArray(Uint16Array.of(0xff80, 0x0001), [1, 2], { dtype: 'bfloat16' }),
      long: fromTypedArray(BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n), [2]),
      turned: tensor([
        [1, 2, 3],
        [4, 5, Number.NaN],
      ]).t(),
      byte: tensor([-128, 127], { dtype: 'int8' }),
      truth: tensor([1, 0, 1], { dtype: 'bool' }),
      scalar: tensor(4),
      none: tensor([]),
    }
    for (const metadata of [{} as Record<string, string>, { video: 'x', about: '\u00e9' }]) {
      const [ours, theirs] = [join(folder, 'a'), join(folder, 'b')]
      await saveTensors(ours, tensors, metadata)
      safetensors.save(theirs, tensors, metadata)
      expect(await readFile(ours)).toEqual(await readFile(theirs))
    }
    await saveTensors(join(folder, 'c'), tensors)
    const written = createHash('sha256').update(await readFile(join(folder, 'c')))
    expect(await hashTensors(tensors)).toBe(written.digest('hex'))
  }))

it('leaves no tensor behind', () =>
  expectNoLeak(() =>
    scope(async () => {
      await saveTensors(join(folder, 'a'), { x: tensor([[1, 2]]).t() })
    }),
  ))
