import { mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, fromTypedArray, safetensors, scope } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from './clip.testing.js'
import { loadClip } from './load.js'

let root: string
let dir: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-clip-faults-'))
  dir = join(root, 'clip')
  await writeClip(dir, tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
})
afterEach(() => rm(root, { recursive: true }))

const model = (name = 'model.safetensors') => join(dir, name)

/** The weights in two shards with an index, changed if wanted. */
async function shard(change: (map: Record<string, string>) => void = () => {}): Promise<void> {
  const all = Object.entries(formulaWeights(tinyConfig))
  const half = Math.ceil(all.length / 2)
  const map: Record<string, string> = {}
  for (const [i, part] of [all.slice(0, half), all.slice(half)].entries()) {
    const name = `model-${i + 1}-of-2.safetensors`
    scope(() => safetensors.save(model(name), Object.fromEntries(part)))
    for (const [tensor] of part) map[tensor] = name
  }
  change(map)
  await rm(model())
  await writeFile(model('model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
}

describe('weights', () => {
  test('in shards are read as one', async () => {
    await shard()
    const clip = await loadClip(dir)
    expect(clip.image.width).toBe(10)
    clip.dispose()
  })

  test('with a truncated shard are refused with its name', async () => {
    await shard()
    const bytes = await readFile(model('model-2-of-2.safetensors'))
    for (const length of [0, 7, 20, bytes.length - 1]) {
      await truncate(model('model-2-of-2.safetensors'), length)
      await expect(loadClip(dir)).rejects.toMatchObject({ code: 'BadSafetensors' })
      await expect(loadClip(dir)).rejects.toThrow('model-2-of-2.safetensors')
      await writeFile(model('model-2-of-2.safetensors'), bytes)
    }
  })

  test.each(['../secret.safetensors', '/etc/passwd', 'sub/x.safetensors', '..'])(
    'whose index points outside the folder are refused: %s',
    async (name) => {
      await shard((map) => {
        map.logit_scale = name
      })
      await expect(loadClip(dir)).rejects.toMatchObject({
        code: 'weights/bad-index',
        message: `the shard "${name}" is not a file of this directory`,
      })
    },
  )

  test('whose index names a shard that is not there are refused with all that are missing', async () => {
    await shard((map) => {
      map.logit_scale = 'model-3-of-2.safetensors'
    })
    await expect(loadClip(dir)).rejects.toThrow('missing shards: model-3-of-2.safetensors')
  })

  test('that lie in the cache as links are read', async () => {
    const bytes = await readFile(model())
    await writeFile(join(root, 'blob'), bytes)
    await rm(model())
    await symlink('../blob', model())
    ;(await loadClip(dir)).dispose()
  })

  test.each([
    ['a zip', 'PK\x03\x04archive', 'it is a PyTorch checkpoint (zip)', 'models convert'],
    ['a pickle', '\x80\x02}q\x00.', 'it is a pickle', 'models convert'],
    [
      'a pointer of Git LFS',
      'version https://git-lfs.github.com/spec/v1\n',
      'it is a pointer of Git LFS',
      'git lfs pull',
    ],
    ['a web page', '<!DOCTYPE html><html>', 'it is a page of the web', 'download the file itself'],
  ])('that are %s are refused with what they are and the cure', async (_, content, message, cure) => {
    await writeFile(model(), content, 'latin1')
    await expect(loadClip(dir)).rejects.toMatchObject({
      code: 'weights/not-safetensors',
      message: expect.stringContaining(message),
      where: model(),
      cure: expect.stringContaining(cure),
    })
  })

  test('with NaN or infinite values are refused with the names of all such tensors, and nothing stays in memory', async () => {
    const weights = formulaWeights(tinyConfig)
    const spoil = (name: string, value: number) => {
      const { shape } = weights[name]!
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1))
      values[values.length - 1] = value
      weights[name] = fromTypedArray(values, shape)
    }
    spoil('visual_projection.weight', Number.NaN)
    spoil('text_projection.weight', Number.NEGATIVE_INFINITY)
    await writeClip(dir, tinyConfig, weights, wordTokenizer(20))
    await expectNoLeak(async () => {
      await expect(loadClip(dir)).rejects.toMatchObject({
        code: 'weights/not-finite',
        message: '2 tensors hold NaN or infinite values: visual_projection.weight, text_projection.weight',
      })
    })
  })

  test('with a sum that overflows are good where each value is finite', async () => {
    const weights = formulaWeights(tinyConfig)
    const { shape } = weights['text_projection.weight']!
    weights['text_projection.weight'] = fromTypedArray(new Float32Array(shape[0]! * shape[1]!).fill(3e38), shape)
    await writeClip(dir, tinyConfig, weights, wordTokenizer(20))
    ;(await loadClip(dir)).dispose()
  })
})

describe('a tokenizer', () => {
  test('with more tokens than the text tower is refused with both numbers', async () => {
    await writeFile(model('tokenizer.json'), JSON.stringify(wordTokenizer(21)))
    await expect(loadClip(dir)).rejects.toMatchObject({
      code: 'tokenizer/too-large',
      message: 'the tokenizer has 21 tokens, the text tower 20',
      cure: 'take the tokenizer of the same model',
    })
  })

  test.each([
    ['cut off', '{"model":'],
    ['a list', '[]'],
    ['without a model', '{}'],
    ['null', 'null'],
  ])('that is %s is refused with the file', async (_, text) => {
    await writeFile(model('tokenizer.json'), text)
    const error = await loadClip(dir).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: expect.stringMatching(/^(tokenizer|file)\//) })
    expect(`${(error as { where?: string }).where}`).toContain(dir)
  })
})
