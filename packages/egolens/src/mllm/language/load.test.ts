import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, nn, safetensors, scope, tensor, zeros } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  expectNear,
  golden,
  goldenIds,
  idTensor,
  tinyLanguages,
  tinyModel,
  writeLanguageModel,
} from './language.testing.js'
import { loadCausalLM } from './load.js'
import { CausalLM } from './model.js'
import { saveCausalLM } from './save.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-language-'))
})
afterEach(() => rm(dir, { recursive: true }))

const at = (...names: string[]) => join(dir, ...names)
const indexName = 'model.safetensors.index.json'

describe('a model that is saved', () => {
  it.each([
    ['mistral', 5e9, 1],
    ['qwen2', 20_000, 6],
  ] as const)('is loaded with what it had: %s', async (name, shardBytes, files) => {
    const model = tinyModel(name)
    await writeFile(at('tokenizer.json'), '{}')
    await saveCausalLM(at('m'), model, { shardBytes, tokenizerFrom: dir })
    const names = await readdir(at('m'))
    expect(names.filter((file) => file.endsWith('.safetensors'))).toHaveLength(files)
    expect(names).toContain('tokenizer.json')
    expect(names.includes(indexName)).toBe(files > 1)
    if (files > 1) {
      const index = JSON.parse(await readFile(at('m', indexName), 'utf8'))
      const total = Object.values(model.stateDict()).reduce((sum, { numel }) => sum + 4 * numel, 0)
      expect(index.metadata).toEqual({ total_size: total })
      expect(index.weight_map['model.embed_tokens.weight']).toBe('model-00001-of-00006.safetensors')
    }
    const read = await loadCausalLM(at('m'))
    expect(read.config).toEqual(model.config)
    expect(read.parameters().some(({ requiresGrad }) => requiresGrad)).toBe(false)
    scope(() => {
      const logits = read.logits(
        read
          .forward(read.embed(idTensor(goldenIds)))
          .select(0, 1)
          .select(0, 8),
      )
      expectNear(logits, golden[name].logits)
    })
    await expect(saveCausalLM(at('m'), model)).rejects.toMatchObject({ code: expect.stringMatching(/^disk\//) })
    read.dispose()
    model.dispose()
  })

  it('is brought to the type that is asked for', async () => {
    await writeLanguageModel(dir, tinyLanguages.mistral)
    const half = await loadCausalLM(dir, { dtype: 'bfloat16' })
    expect(new Set(half.parameters().map(({ dtype }) => dtype))).toEqual(new Set(['bfloat16']))
    await saveCausalLM(at('half'), half)
    half.dispose()
    const [as, wide] = [await loadCausalLM(at('half')), await loadCausalLM(at('half'), { dtype: 'float32' })]
    expect([as.dtype, wide.dtype]).toEqual(['bfloat16', 'float32'])
    as.dispose()
    wide.dispose()
  })

  it('of float16 computes in float32 on a processor', async () => {
    const model = tinyModel('mistral').to('float16') as CausalLM
    await saveCausalLM(at('half'), model)
    const read = await loadCausalLM(at('half'))
    expect([...new Set(read.parameters().map(({ dtype }) => dtype))]).toEqual(['float32'])
    scope(() => {
      expect(
        read
          .forward(read.model.embed_tokens.forward(idTensor(goldenIds)))
          .isfinite()
          .all()
          .item(),
      ).toBe(1)
    })
    for (const one of [model, read]) one.dispose()
  })

  it('leaves nothing behind', async () => {
    await writeLanguageModel(dir, tinyLanguages.mistral)
    await expectNoLeak(async () => (await loadCausalLM(dir)).dispose())
  })
})

it('has the parameters of Mistral-7B at its size, which takes no memory', () => {
  const sizes = {
    vocabulary: 32_000,
    width: 4096,
    layers: 32,
    hidden: 14_336,
    heads: 32,
    keyValueHeads: 8,
    headWidth: 128,
  }
  const model = nn.init.skip(() => new CausalLM({ ...tinyLanguages.mistral, ...sizes }, { device: 'meta' }))
  // A layer: q and o 4096 x 4096, k and v 4096 x 1024, three of 4096 x 14336, two norms.
  const layer = 2 * 4096 * 4096 + 2 * 4096 * 1024 + 3 * 4096 * 14_336 + 2 * 4096
  const parameters = model.parameters().reduce((sum, { numel }) => sum + numel, 0)
  expect(parameters).toBe(32 * layer + 2 * 32_000 * 4096 + 4096)
  expect(parameters).toBe(7_241_732_096)
  model.dispose()
})

describe('weights that do not fit', () => {
  it('are listed with the nearest names', async () => {
    await writeLanguageModel(dir, tinyLanguages.mistral, (weights) => {
      const { 'model.layers.1.mlp.up_proj.weight': up, ...others } = weights
      return { ...others, 'model.layers.1.mlp.upproj.weight': up!, 'model.norm.weight': zeros([31]) }
    })
    await expectNoLeak(() =>
      expect(loadCausalLM(dir)).rejects.toMatchObject({
        code: 'weights/mismatch',
        where: dir,
        message: [
          'the weights do not fit the config (1 misshapen, 1 missing, 1 extra):',
          '  misshapen model.norm.weight: [31] in the file, [32] by the config',
          '  missing model.layers.1.mlp.up_proj.weight [48,32] (is it model.layers.1.mlp.upproj.weight?)',
          '  extra model.layers.1.mlp.upproj.weight [48,32] (is it model.layers.1.mlp.up_proj.weight?)',
        ].join('\n'),
      }),
    )
  })

  it('hold numbers', async () => {
    const broken = { 'model.norm.weight': tensor(Array(32).fill(Number.NaN)) }
    await writeLanguageModel(dir, tinyLanguages.mistral, (weights) => ({ ...weights, ...broken }))
    await expect(loadCausalLM(dir)).rejects.toMatchObject({ code: 'weights/not-finite' })
    ;(await loadCausalLM(dir, { finite: false })).dispose()
  })

  it('may be of more than the language model, and have what older files have', async () => {
    const more = {
      'model.mm_projector.readout.0.weight': zeros([2]),
      'model.layers.0.self_attn.rotary_emb.inv_freq': zeros([4]),
      'lm_head.weight': zeros([40, 32]),
    }
    await writeLanguageModel(dir, tinyLanguages.qwen2, (weights) => ({ ...weights, ...more }))
    await expect(loadCausalLM(dir)).rejects.toThrow('extra model.mm_projector.readout.0.weight')
    const model = await loadCausalLM(dir, { isIgnored: (name) => name.startsWith('model.mm_projector.') })
    expect(model.lm_head).toBeNull()
    model.dispose()
  })
})

it('an index that says other than its shards is told tensor by tensor', async () => {
  const model = tinyModel()
  await saveCausalLM(at('m'), model, { shardBytes: 40_000 })
  model.dispose()
  const index = JSON.parse(await readFile(at('m', indexName), 'utf8'))
  const { 'lm_head.weight': _, ...map } = index.weight_map
  const wrong = {
    ...map,
    'model.embed_tokens.weight': 'model-00002-of-00003.safetensors',
    'model.other': map['model.norm.weight'],
  }
  await writeFile(at('m', indexName), JSON.stringify({ ...index, weight_map: wrong }))
  await expect(loadCausalLM(at('m'))).rejects.toMatchObject({
    code: 'weights/bad-index',
    where: at('m', indexName),
    message: [
      'the index and the shards disagree on 3 tensors:',
      '  model.embed_tokens.weight: in model-00001-of-00003.safetensors, not in model-00002-of-00003.safetensors',
      '  model.other: in no shard',
      '  lm_head.weight: in model-00003-of-00003.safetensors, not in the index',
    ].join('\n'),
  })
  safetensors.save(at('m', 'model-00002-of-00003.safetensors'), {})
  await expect(loadCausalLM(at('m'))).rejects.toThrow('in no shard')
})
