import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cat, fromTypedArray, grad, memory, safetensors, scope, type Tensor, zeros } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadImageEncoder } from '../registry.js'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from './clip.testing.js'
import { parseConfig } from './config.js'
import { type ClipModel, loadClip } from './load.js'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-clip-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function load(activation: 'quick_gelu' | 'gelu' = 'quick_gelu'): Promise<ClipModel> {
  const vision = { ...tinyConfig.vision, activation }
  const text = { ...tinyConfig.text, activation }
  await writeClip(dir, { ...tinyConfig, vision, text }, formulaWeights(tinyConfig), wordTokenizer(20))
  return loadClip(dir)
}

function pixels(): Tensor {
  return fromTypedArray(
    Float32Array.from({ length: 2 * 3 * 8 * 8 }, (_, i) => Math.cos(i * 0.11)),
    [2, 3, 8, 8],
  )
}

const texts = ['w3 w4 w5', 'w7', 'w1 w2 w3 w4 w5']

// Made once with PyTorch 1.13.1 by a separate program in Python that was written from the paper: the weights of
// testing.ts, the pixels above, and the ids [18, ..., 19] of the texts above, padded with 0 to 7.
const golden = {
  quick_gelu: {
    image: [
      [0.590497, 0.61516, 0.559569, 0.430977, 0.24616, 0.029228, -0.191516, -0.387276, -0.532511, -0.608275],
      [0.550801, 0.601305, 0.573363, 0.47062, 0.306479, 0.102356, -0.115121, -0.317579, -0.478606, -0.577194],
    ],
    text: [
      [0.110695, -0.359818, 0.082911, 0.315206, -0.252513, -0.179338, 0.349008, -0.008452, -0.344461, 0.193794],
      [0.325449, -0.790673, 0.099985, 0.736874, -0.496472, -0.46974, 0.749223, 0.066608, -0.785063, 0.355808],
      [0.391939, -0.590333, -0.074301, 0.630312, -0.264849, -0.487806, 0.527321, 0.204072, -0.637125, 0.138743],
    ],
  },
  gelu: {
    image: [
      [0.590194, 0.61492, 0.559423, 0.430943, 0.246243, 0.029418, -0.191245, -0.386958, -0.532189, -0.60799],
      [0.550582, 0.601096, 0.573191, 0.470508, 0.306442, 0.102397, -0.115006, -0.317405, -0.478396, -0.576975],
    ],
    text: [
      [0.110849, -0.359683, 0.082684, 0.315194, -0.252279, -0.179451, 0.348836, -0.008246, -0.344399, 0.193556],
      [0.328191, -0.793326, 0.098672, 0.740235, -0.496967, -0.472834, 0.751382, 0.06854, -0.788262, 0.355597],
      [0.392014, -0.590213, -0.07444, 0.630267, -0.264685, -0.487849, 0.52718, 0.204191, -0.637048, 0.138583],
    ],
  },
}

function expectNear(actual: Tensor, expected: number[][], tolerance = 1e-4): void {
  expect(actual.shape).toEqual([expected.length, expected[0]!.length])
  const rows = actual.tolist() as number[][]
  const worst = Math.max(...rows.flatMap((row, i) => row.map((value, j) => Math.abs(value - expected[i]![j]!))))
  expect(worst).toBeLessThan(tolerance)
}

describe.each(['quick_gelu', 'gelu'] as const)('the forward pass with %s', (activation) => {
  test('agrees with an independent reference', async () => {
    const clip = await load(activation)
    scope(() => {
      expectNear(clip.image.encode(pixels()), golden[activation].image)
      expectNear(clip.text.encode(texts), golden[activation].text)
    })
    expect(clip.logitScale).toBeCloseTo(0, 6)
    clip.dispose()
  })
})

test('bfloat16 keeps the direction of features', async () => {
  await (await load()).image
  const clip = await loadClip(dir, { compute: 'bfloat16' })
  const features = clip.image.encode(pixels())
  expect(features.dtype).toBe('float32')
  for (const [i, row] of (features.tolist() as number[][]).entries()) {
    const expected = golden.quick_gelu.image[i]!
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, j) => sum + x * b[j]!, 0)
    expect(dot(row, expected) / Math.sqrt(dot(row, row) * dot(expected, expected))).toBeGreaterThan(0.999)
  }
  features.dispose()
  clip.dispose()
})

test('layers can be tapped, and tokens inserted, replaced and taken away', async () => {
  const clip = await load()
  const { tower } = clip.image
  scope(() => {
    const tokens = tower.embed(pixels())
    expect(tokens.shape).toEqual([2, 5, 16])
    const seen: number[][] = []
    const out = tower.run(tokens, {
      before: (layer, x) => {
        seen.push([layer, x.shape[1]!])
        return layer === 1 ? cat([x, zeros([2, 3, 16])], 1) : undefined
      },
      after: (_, x) => x.narrow(1, 0, 5),
    })
    expect(seen).toEqual([
      [0, 5],
      [1, 5],
    ])
    expect(out.shape).toEqual([2, 5, 16])
    expectNear(tower.pool(tower.run(tokens)), golden.quick_gelu.image)
    expectNear(tower.pool(tower.run(tokens, {})), golden.quick_gelu.image)
    expect(
      tower
        .pool(out)
        .sub(tower.pool(tower.run(tokens)))
        .abs()
        .amax()
        .item(),
    ).toBeGreaterThan(1e-3)
  })
  clip.dispose()
})

test('gradients reach the token embeddings, and only positions up to the end matter', async () => {
  const clip = await load()
  const { ids, ends } = clip.text.tokenize(texts)
  expect(ids.tolist()).toEqual([
    [18, 3, 4, 5, 19, 0, 0],
    [18, 7, 19, 0, 0, 0, 0],
    [18, 1, 2, 3, 4, 5, 19],
  ])
  expect(ends).toEqual([4, 2, 6])
  const embeddings = clip.text.embedTokens(ids).requiresGrad_(true)
  const features = clip.text.encodeFromEmbeddings(embeddings, ends)
  expectNear(features.detach(), golden.quick_gelu.text)
  const [gradient] = grad([features.pow(2).sum()], [embeddings])
  const perToken = gradient!.abs().sum(2).tolist() as number[][]
  expect(perToken.map((row) => row.map((value) => value > 0))).toEqual(
    ends.map((end) => Array.from({ length: 7 }, (_, i) => i <= end)),
  )
  // One entry by finite differences.
  const step = 1e-2
  const nudge = (by: number) => {
    const data = embeddings.detach().clone()
    data.select(0, 1).select(0, 1).narrow(0, 4, 1).add_(by)
    return clip.text.encodeFromEmbeddings(data, ends).pow(2).sum().item()
  }
  const slope = (nudge(step) - nudge(-step)) / (2 * step)
  expect((gradient!.tolist() as number[][][])[1]![1]![4]).toBeCloseTo(slope, 3)
  clip.dispose()
})

test('many texts are encoded in chunks to the same values', async () => {
  const clip = await load()
  const many = Array.from({ length: 150 }, (_, i) => texts[i % 3]!)
  scope(() => {
    const rows = clip.text.encode(many).tolist() as number[][]
    expectNear(fromTypedArray(Float32Array.from(rows.slice(147).flat()), [3, 10]), golden.quick_gelu.text)
  })
  clip.dispose()
})

test('encoding leaves nothing behind', async () => {
  const clip = await load()
  const input = pixels()
  const before = memory().tensors
  for (let i = 0; i < 3; i++) {
    clip.image.encode(input).dispose()
    clip.text.encode(texts).dispose()
  }
  expect(memory().tensors).toBe(before)
  clip.dispose()
})

test('a text that is too long is named with its number of tokens', async () => {
  const clip = await load()
  expect(() => clip.text.encode(['w1', 'w1 w2 w3 w4 w5 w6'])).toThrow('"w1 w2 w3 w4 w5 w6" is 8 tokens')
  clip.dispose()
})

test('all that does not fit is listed with the nearest names', async () => {
  const { 'visual_projection.weight': projection, ...others } = formulaWeights(tinyConfig)
  const weights = {
    ...others,
    'visual_projection.wieght': projection!,
    'text_projection.weight': zeros([10, 13]),
    'text_model.embeddings.position_ids': zeros([7]),
  }
  await writeClip(dir, tinyConfig, weights, wordTokenizer(20))
  await expect(loadClip(dir)).rejects.toMatchObject({
    code: 'weights/mismatch',
    where: dir,
    message: [
      'the weights do not fit the config (1 misshapen, 1 missing, 1 extra):',
      '  misshapen text_projection.weight: [10,13] in the file, [10,12] by the config',
      '  missing visual_projection.weight [10,16] (is it visual_projection.wieght?)',
      '  extra visual_projection.wieght [10,16] (is it visual_projection.weight?)',
    ].join('\n'),
  })
})

test("OpenAI's layout gives the same features, its size read from the shapes", async () => {
  const config = {
    vision: { ...tinyConfig.vision, width: 128, hidden: 512, heads: 2 },
    text: { ...tinyConfig.text, width: 64, hidden: 256, heads: 1 },
    width: 10,
  }
  const weights = formulaWeights(config)
  await writeClip(dir, config, weights, wordTokenizer(20))
  const hugging = await loadClip(dir)
  await rm(join(dir, 'config.json'))
  safetensors.save(join(dir, 'model.safetensors'), toOpenAi(weights))
  const openAi = await loadClip(dir)
  expect(openAi.config).toEqual(hugging.config)
  scope(() => {
    expectNear(openAi.image.encode(pixels()), hugging.image.encode(pixels()).tolist() as number[][], 1e-6)
    expectNear(openAi.text.encode(texts), hugging.text.encode(texts).tolist() as number[][], 1e-6)
  })
  expect(openAi.hash).not.toBe(hugging.hash)
  for (const clip of [openAi, hugging]) clip.dispose()
})

/** The published names, written out from the other side. */
function toOpenAi(weights: Record<string, Tensor>): Record<string, Tensor> {
  const out: Record<string, Tensor> = {
    logit_scale: weights.logit_scale!,
    'visual.class_embedding': weights['vision_model.embeddings.class_embedding']!,
    'visual.conv1.weight': weights['vision_model.embeddings.patch_embedding.weight']!,
    'visual.positional_embedding': weights['vision_model.embeddings.position_embedding.weight']!,
    'visual.proj': weights['visual_projection.weight']!.t().contiguous(),
    'token_embedding.weight': weights['text_model.embeddings.token_embedding.weight']!,
    positional_embedding: weights['text_model.embeddings.position_embedding.weight']!,
    text_projection: weights['text_projection.weight']!.t().contiguous(),
  }
  for (const kind of ['weight', 'bias']) {
    out[`visual.ln_pre.${kind}`] = weights[`vision_model.pre_layrnorm.${kind}`]!
    out[`visual.ln_post.${kind}`] = weights[`vision_model.post_layernorm.${kind}`]!
    out[`ln_final.${kind}`] = weights[`text_model.final_layer_norm.${kind}`]!
    for (const [from, to] of [
      ['vision_model', 'visual.transformer'],
      ['text_model', 'transformer'],
    ]) {
      for (const layer of [0, 1]) {
        const source = (name: string) => weights[`${from}.encoder.layers.${layer}.${name}.${kind}`]!
        const target = `${to}.resblocks.${layer}`
        out[`${target}.attn.in_proj_${kind}`] = cat(['q', 'k', 'v'].map((n) => source(`self_attn.${n}_proj`)))
        out[`${target}.attn.out_proj.${kind}`] = source('self_attn.out_proj')
        out[`${target}.ln_1.${kind}`] = source('layer_norm1')
        out[`${target}.ln_2.${kind}`] = source('layer_norm2')
        out[`${target}.mlp.c_fc.${kind}`] = source('mlp.fc1')
        out[`${target}.mlp.c_proj.${kind}`] = source('mlp.fc2')
      }
    }
  }
  return out
}

test('the registry loads by model_type', async () => {
  await (await load()).dispose()
  const encoder = await loadImageEncoder(dir)
  expect([encoder.width, encoder.tap, encoder.preprocessing.size]).toEqual([10, 'joint', 8])
  const config = JSON.parse(await readFile(join(dir, 'config.json'), 'utf8'))
  await writeFile(join(dir, 'config.json'), JSON.stringify({ ...config, model_type: 'bert' }))
  await expect(loadImageEncoder(dir)).rejects.toMatchObject({ code: 'encoder/unknown-type' })
})

describe('config.json', () => {
  test('what it leaves out is ViT-B/32', () => {
    expect(parseConfig({ model_type: 'clip' })).toMatchObject({
      width: 512,
      vision: { width: 768, layers: 12, heads: 12, image: 224, patch: 32, activation: 'quick_gelu' },
      text: { width: 512, layers: 12, heads: 8, vocabulary: 49408, context: 77 },
    })
  })

  test('older files say the size twice, and the second wins', () => {
    const config = parseConfig({
      vision_config: { hidden_size: 768 },
      vision_config_dict: { hidden_size: 1024, num_attention_heads: 16 },
    })
    expect(config.vision).toMatchObject({ width: 1024, heads: 16 })
  })

  test('what is wrong is named by key', () => {
    const bad = (json: unknown) => () => parseConfig(json, 'config.json')
    expect(bad({ model_type: 'bert' })).toThrow(/model_type/)
    expect(bad({ vision_config: { hidden_act: 'relu' } })).toThrow(/vision_config.hidden_act/)
    expect(bad({ text_config: { num_attention_heads: 7 } })).toThrow(/7 heads do not divide a width of 512/)
    expect(bad({ vision_config: { patch_size: 33 } })).toThrow(/patches of 33/)
  })
})
