import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { autocast, cat, expectNoLeak, Generator, safetensors, scope } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  expectNear,
  fillByFormula,
  golden,
  goldenIds,
  goldenLabels,
  idTensor,
  type TinyLanguage,
  tinyLanguages,
  tinyModel,
} from '../language/language.testing.js'
import { nextTokenLoss } from '../language/loss.js'
import type { CausalLM } from '../language/model.js'
import { loadLora, loadLoraInto, readLoraSettings, saveLora } from './files.js'
import { applyLora } from './lora.js'

const settings = { r: 2, alpha: 6, dropout: 0 }

/** A model with low-rank layers, all with weights by formula. */
function adapted(which: TinyLanguage = 'mistral', options = {}, dtype: 'float32' | 'bfloat16' = 'float32') {
  const model = tinyModel(which, dtype)
  const lora = applyLora(model, { ...settings, ...options })
  fillByFormula(model)
  return { model, lora }
}

const hiddenOf = (model: CausalLM) => model.forward(model.embed(idTensor(goldenIds)))

describe.each(Object.keys(tinyLanguages) as TinyLanguage[])('%s', (name) => {
  it('has the loss and the gradients of an independent reference', () => {
    const { model, lora } = adapted(name)
    const { loss, gradients } = golden[name].lora
    scope(() => {
      const found = nextTokenLoss(model, hiddenOf(model), goldenLabels())
      expect(found.item()).toBeCloseTo(loss, 5)
      found.backward()
      const parameters = new Map(lora.namedParameters())
      expect(Object.keys(gradients)).toHaveLength(8)
      for (const [name, expected] of Object.entries(gradients)) expectNear(parameters.get(name)!.grad!, expected)
      for (const [name, parameter] of model.namedParameters()) {
        expect([name, parameter.requiresGrad]).toEqual([name, parameters.has(name)])
      }
    })
    model.dispose()
  })
})

it('changes nothing at first, and then does by its seed', () => {
  const [plain, model] = [tinyModel(), tinyModel()]
  const lora = applyLora(model, { r: 4 }, { generator: new Generator(1) })
  expect(lora.settings).toMatchObject({ r: 4, alpha: 256, dropout: 0.1 })
  scope(() => {
    expectNear(hiddenOf(model), hiddenOf(plain), 1e-9)
    // Kaiming-uniform with a = sqrt(5): within 1 / sqrt(inputs).
    const [, { lora_A }] = [...lora.layers][0]!
    const values = (lora_A.weight.detach().tolist() as number[][]).flat()
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1 / Math.sqrt(32))
    expect(lora_A.weight.detach().std().item()).toBeCloseTo(1 / Math.sqrt(3 * 32), 2)
  })
  expect([...lora.layers.keys()].slice(0, 7)).toEqual([
    ...['q', 'k', 'v', 'o'].map((name) => `model.layers.0.self_attn.${name}_proj`),
    ...['gate', 'up', 'down'].map((name) => `model.layers.0.mlp.${name}_proj`),
  ])
  // Names of the frozen model stay Hugging Face's.
  expect(
    Object.keys(model.stateDict())
      .filter((name) => !name.includes('lora_'))
      .sort(),
  ).toEqual(Object.keys(plain.stateDict()).sort())
  plain.dispose()
  model.dispose()
})

it('drops inputs while training, by its generator', () => {
  const model = tinyModel()
  applyLora(model, { ...settings, dropout: 0.5 }, { generator: new Generator(7) })
  fillByFormula(model)
  scope(() => {
    const still = hiddenOf(model)
    model.train()
    const [one, two] = [hiddenOf(model), hiddenOf(model)]
    expect(one.equal(two)).toBe(false)
    expectNear(hiddenOf(model.eval() as CausalLM), still, 1e-9)
  })
  model.dispose()
})

it('trains under autocast, and over frozen weights in bfloat16', () => {
  const whole = adapted()
  const half = adapted('mistral', {}, 'bfloat16')
  const gradientsOf = ({ model, lora }: typeof whole) => {
    nextTokenLoss(model, hiddenOf(model), goldenLabels()).backward()
    return cat(lora.namedParameters().map(([, { grad }]) => grad!.reshape([-1])))
  }
  scope(() => {
    const exact = gradientsOf(whole)
    for (const [, parameter] of whole.lora.namedParameters()) parameter.grad!.zero_()
    const cast = autocast({ dtype: 'bfloat16' }, () => gradientsOf(whole))
    for (const found of [cast, gradientsOf(half)]) {
      expect(found.dtype).toBe('float32')
      expect(found.sub(exact).norm().item() / exact.norm().item()).toBeLessThan(0.1)
    }
  })
  whole.model.dispose()
  half.model.dispose()
})

describe('merging', () => {
  it.each([
    ['float32', 1e-5],
    ['bfloat16', 0.15],
  ] as const)('in %s gives what the layers give, and can be undone', (dtype, tolerance) => {
    const { model, lora } = adapted('qwen2', {}, dtype)
    scope(() => {
      const apart = hiddenOf(model)
      lora.merge()
      expect(lora.merged).toBe(true)
      expectNear(hiddenOf(model), apart, tolerance)
      expect(() => lora.merge()).toThrow('merged already')
      lora.unmerge()
      expectNear(hiddenOf(model), apart, tolerance)
      expect(() => lora.unmerge()).toThrow('not merged')
    })
    model.dispose()
  })
})

describe('files', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'egolens-lora-'))
  })
  afterEach(() => rm(dir, { recursive: true }))

  it('are those of PEFT, and are read back', async () => {
    const { model, lora } = adapted()
    await saveLora(dir, lora, 'some/base')
    const weights = safetensors.load(join(dir, 'adapter_model.safetensors'))
    expect(Object.keys(weights)).toHaveLength(3 * 7 * 2)
    expect(weights['base_model.model.model.layers.2.mlp.down_proj.lora_A.weight']!.shape).toEqual([2, 48])
    expect(JSON.parse(await readFile(join(dir, 'adapter_config.json'), 'utf8'))).toMatchObject({
      ...{ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: 'some/base', bias: 'none' },
      ...{ r: 2, lora_alpha: 6, lora_dropout: 0, fan_in_fan_out: false, inference_mode: true },
      target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    })
    const other = tinyModel()
    const read = await loadLora(other, dir)
    expect(read.namedParameters().some(([, parameter]) => parameter.requiresGrad)).toBe(false)
    scope(() => expectNear(hiddenOf(other), hiddenOf(model), 1e-9))
    other.dispose()
    model.dispose()
  })

  it('reading leaves nothing behind', async () => {
    const { model, lora } = adapted()
    await saveLora(dir, lora, 'some/base')
    model.dispose()
    await expectNoLeak(async () => {
      const other = tinyModel()
      await loadLora(other, dir)
      other.dispose()
    })
  })

  it('of another rank or other targets are told', async () => {
    const { model, lora } = adapted('mistral', { targets: ['q_proj', 'up_proj'] })
    await saveLora(dir, lora, 'some/base')
    const whole = adapted('mistral', { r: 4 })
    await expect(loadLoraInto(whole.lora, dir)).rejects.toMatchObject({
      code: 'lora/other-settings',
      message: [
        'the adapter is of another kind:',
        '  r: 2 in the file, 4 in the model',
        '  targets: q_proj, up_proj in the file, down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj in the model',
      ].join('\n'),
    })
    const same = adapted('mistral', { targets: ['up_proj', 'q_proj'] })
    await loadLoraInto(same.lora, dir)
    same.lora.merge()
    await expect(loadLoraInto(same.lora, dir)).rejects.toThrow('the layers are merged')
    for (const each of [model, whole.model, same.model]) each.dispose()
  })

  it('that do not fit their settings are listed, and the model stays plain', async () => {
    const { model, lora } = adapted('mistral', { targets: ['v_proj'] })
    await saveLora(dir, lora, 'some/base')
    const path = join(dir, 'adapter_config.json')
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    await writeFile(path, JSON.stringify({ ...config, r: 3 }))
    const other = tinyModel()
    await expect(loadLora(other, dir)).rejects.toMatchObject({ code: 'weights/mismatch' })
    await expect(loadLora(other, dir)).rejects.toThrow(
      'misshapen base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight: [2,32] in the file, [3,32] by the config',
    )
    applyLora(other, settings)
    expect(() => applyLora(other, settings)).toThrow('the model has low-rank layers already')
    model.dispose()
    other.dispose()
  })

  it.each([
    [{ peft_type: 'IA3' }, 'lora/unsupported', 'peft_type'],
    [{ use_dora: true }, 'lora/unsupported', 'use_dora'],
    [{ rank_pattern: { q_proj: 4 } }, 'lora/unsupported', 'rank_pattern'],
    [{ modules_to_save: ['lm_head'] }, 'lora/unsupported', 'modules_to_save'],
    [{ bias: 'all' }, 'lora/unsupported', 'bias'],
    [{ target_modules: ['lm_head'] }, 'lora/bad-option', 'targets.0'],
  ])('of kinds that are not read are refused: %o', async (change, code, key) => {
    const known = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q_proj'], rank_pattern: {} }
    await writeFile(join(dir, 'adapter_config.json'), JSON.stringify({ ...known, ...change }))
    await expect(readLoraSettings(dir)).rejects.toMatchObject({ code, message: expect.stringContaining(key) })
  })

  it('may name all linear layers at once', async () => {
    const known = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: 'all-linear' }
    await writeFile(join(dir, 'adapter_config.json'), JSON.stringify(known))
    expect((await readLoraSettings(dir)).targets).toHaveLength(7)
  })
})
