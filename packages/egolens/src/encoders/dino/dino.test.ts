import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, fromTypedArray, scope, type Tensor, zeros } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formulaPixels } from '../formula.testing.js'
import { loadDualEncoder, loadImageEncoder } from '../registry.js'
import { type DinoConfig, parseDinoConfig } from './config.js'
import { dinoWeights, tinyDino, writeDino } from './dino.testing.js'
import { expectedTensors, layoutOf } from './layout.js'
import { loadDino } from './load.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-dino-'))
})
afterEach(() => rm(dir, { recursive: true }))

const withRegisters: DinoConfig = { ...tinyDino, registers: 4 }
const dinoV1: DinoConfig = { ...tinyDino, image: 16, layerScale: false }
const giant: DinoConfig = { ...tinyDino, width: 64, heads: 1, hidden: 88, swiglu: true }

// Made by golden/make.py, an independent forward pass in PyTorch: 36 pixels of positions, 16 seen (but for DINO).
const golden = JSON.parse(await readFile(new URL('./golden/golden.json', import.meta.url), 'utf8')) as Record<
  'dinov2' | 'registers' | 'dino' | 'giant',
  number[][]
>
const pixels = () => formulaPixels([2, 3, 16, 16])

function expectNear(actual: Tensor, expected: number[][], tolerance = 1e-4): void {
  expect(actual.shape).toEqual([expected.length, expected[0]!.length])
  const rows = actual.tolist() as number[][]
  const worst = Math.max(...rows.flatMap((row, i) => row.map((value, j) => Math.abs(value - expected[i]![j]!))))
  expect(worst).toBeLessThan(tolerance)
}

describe('the forward pass agrees with an independent reference', () => {
  test.each([
    ['dinov2', 'interpolated positions', tinyDino],
    ['registers', 'registers and antialiased positions', withRegisters],
    ['dino', 'no layer scale and positions as they are', dinoV1],
    ['giant', 'a gated MLP', giant],
  ] as const)('%s: %s', async (name, _, config) => {
    await writeDino(dir, dinoWeights(config))
    const encoder = await loadDino(dir)
    expect(encoder.tower.config).toEqual(config)
    expect(encoder).toMatchObject({ tap: 'cls', width: config.width, compute: 'float32' })
    scope(() => expectNear(encoder.encode(pixels()), golden[name]))
    encoder.dispose()
  })
})

describe("Hugging Face's layout gives the same features", () => {
  test.each([
    ['dinov2', tinyDino, {}],
    ['dinov2_with_registers', withRegisters, { num_register_tokens: 4 }],
    ['vit', dinoV1, { intermediate_size: 512, layer_norm_eps: 1e-6 }],
    ['dinov2', giant, { use_swiglu_ffn: true, mlp_ratio: 2.0625 }],
  ] as const)('%s', async (type, config, more) => {
    const names = { model_type: type, hidden_size: config.width, num_hidden_layers: 2, patch_size: 4 }
    const json = { ...names, num_attention_heads: config.heads, image_size: config.image, ...more }
    await writeDino(dir, toHuggingFace(dinoWeights(config), type), { config: json })
    const encoder = await loadImageEncoder(dir)
    const expected = { dinov2: config === giant ? 'giant' : 'dinov2', dinov2_with_registers: 'registers', vit: 'dino' }
    scope(() => expectNear(encoder.encode(pixels()), golden[expected[type] as keyof typeof golden]))
  })
})

/** The names of Hugging Face, written out from the other side. */
function toHuggingFace(weights: Record<string, Tensor>, type: string): Record<string, Tensor> {
  const outside: Record<string, string> = {
    cls_token: 'embeddings.cls_token',
    pos_embed: 'embeddings.position_embeddings',
    register_tokens: 'embeddings.register_tokens',
    'patch_embed.proj': 'embeddings.patch_embeddings.projection',
    norm: 'layernorm',
  }
  const inside: Record<string, string> = {
    'attn.proj': 'attention.output.dense',
    'ls1.gamma': 'layer_scale1.lambda1',
    'ls2.gamma': 'layer_scale2.lambda1',
    norm1: type === 'vit' ? 'layernorm_before' : 'norm1',
    norm2: type === 'vit' ? 'layernorm_after' : 'norm2',
    'mlp.fc1': type === 'vit' ? 'intermediate.dense' : 'mlp.fc1',
    'mlp.fc2': type === 'vit' ? 'output.dense' : 'mlp.fc2',
    'mlp.w12': 'mlp.weights_in',
    'mlp.w3': 'mlp.weights_out',
  }
  const out: Record<string, Tensor> = { 'embeddings.mask_token': zeros([1, 1]) }
  for (const [name, tensor] of Object.entries(weights)) {
    const [, layer, rest] = /^blocks\.(\d+)\.(.+)$/.exec(name) ?? []
    const [, part, kind = ''] = /^(.*?)(\.weight|\.bias)?$/.exec(rest ?? name)!
    if (layer === undefined) out[outside[part!]! + kind] = tensor
    else if (part !== 'attn.qkv') out[`encoder.layer.${layer}.${inside[part!]}${kind}`] = tensor
    else {
      tensor.chunk(3).forEach((third, i) => {
        const which = ['query', 'key', 'value'][i]
        out[`encoder.layer.${layer}.attention.attention.${which}${kind}`] = third.contiguous()
      })
    }
  }
  return out
}

test('bfloat16 keeps the direction of features', async () => {
  await writeDino(dir, dinoWeights(tinyDino))
  const encoder = await loadDino(dir, { compute: 'bfloat16' })
  const features = encoder.encode(pixels())
  expect([features.dtype, encoder.compute]).toEqual(['float32', 'bfloat16'])
  for (const [i, row] of (features.tolist() as number[][]).entries()) {
    const dot = (a: number[], b: number[]) => a.reduce((sum, x, j) => sum + x * b[j]!, 0)
    const expected = golden.dinov2[i]!
    expect(dot(row, expected) / Math.sqrt(dot(row, row) * dot(expected, expected))).toBeGreaterThan(0.999)
  }
  features.dispose()
  encoder.dispose()
})

test('layers can be entered, and what a hook adds reaches the feature', async () => {
  await writeDino(dir, dinoWeights(withRegisters))
  const { tower, dispose } = await loadDino(dir).then((encoder) => ({
    tower: encoder.tower,
    dispose: () => encoder.dispose(),
  }))
  scope(() => {
    const tokens = tower.embed(pixels(), zeros([2, 3, 128]))
    expect(tokens.shape).toEqual([2, 1 + 4 + 16 + 3, 128])
    const seen: number[] = []
    const pooled = tower.pool(tower.run(tower.embed(pixels()), { before: (layer) => void seen.push(layer) }))
    expect(seen).toEqual([0, 1])
    expectNear(pooled, golden.registers)
    expect(tower.pool(tower.run(tokens)).sub(pooled).abs().amax().item()).toBeGreaterThan(1e-3)
  })
  dispose()
})

test('pixels are prepared as ImageNet is: 256, a crop of 224', async () => {
  await writeDino(dir, dinoWeights({ ...tinyDino, image: 448 }))
  await rm(join(dir, 'preprocessor_config.json'))
  const encoder = await loadDino(dir)
  expect(encoder.preprocessing).toEqual({
    size: 224,
    resize: 256,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    mode: 'center',
  })
  expect(encoder.tower.weights.positions.shape).toEqual([1, 1 + 56 * 56, 128])
  encoder.dispose()
  await writeFile(join(dir, 'preprocessor_config.json'), JSON.stringify({ crop_size: 18 }))
  await expect(loadDino(dir)).rejects.toThrow('patches of 4 do not divide a crop of 18')
})

test('loading and encoding leave nothing behind', async () => {
  await writeDino(dir, dinoWeights(withRegisters))
  const input = pixels()
  await expectNoLeak(async () => {
    const encoder = await loadDino(dir)
    for (let i = 0; i < 2; i++) encoder.encode(input).dispose()
    encoder.dispose()
  })
})

describe('weights that do not fit', () => {
  test('are listed with the nearest names', async () => {
    const { 'blocks.1.ls2.gamma': gamma, ...others } = dinoWeights(tinyDino)
    await writeDino(dir, { ...others, 'blocks.1.ls2.gama': gamma!, cls_token: zeros([1, 1, 64]) })
    await expect(loadDino(dir)).rejects.toMatchObject({
      code: 'weights/mismatch',
      where: dir,
      message: [
        'the weights do not fit the config (1 misshapen, 1 missing, 1 extra):',
        '  misshapen cls_token: [1,1,64] in the file, [1,1,128] by the config',
        '  missing blocks.1.ls2.gamma [128] (is it blocks.1.ls2.gama?)',
        '  extra blocks.1.ls2.gama [128] (is it blocks.1.ls2.gamma?)',
      ].join('\n'),
    })
  })

  test('and those with NaN are refused with their names', async () => {
    const broken = fromTypedArray(new Float32Array(128).fill(Number.NaN), [128])
    await writeDino(dir, { ...dinoWeights(tinyDino), 'norm.bias': broken })
    await expect(loadDino(dir)).rejects.toMatchObject({ code: 'weights/not-finite' })
  })

  test('and a config.json of another kind is named by its key', () => {
    const bad = (json: object) => () => parseDinoConfig({ model_type: 'dinov2', ...json })
    expect(bad({ hidden_act: 'relu' })).toThrow(/hidden_act/)
    expect(bad({ num_attention_heads: 7 })).toThrow('7 heads do not divide a width of 768')
    expect(bad({ image_size: 100 })).toThrow('patches of 16 do not divide an image of 100')
    expect(bad({ model_type: 'swin' })).toThrow(/model_type/)
  })

  test('a DINO has no text tower', async () => {
    await writeDino(dir, dinoWeights(tinyDino))
    await expect(loadDualEncoder(dir)).rejects.toMatchObject({ code: 'encoder/unknown-type' })
  })
})

// Parameters of the published models; the mask token, which no feature needs, is not among ours.
test.each([
  ['dinov2-small', { model_type: 'dinov2', hidden_size: 384, num_attention_heads: 6 }, 22_056_576 - 384],
  ['dinov2-base', { model_type: 'dinov2' }, 86_580_480 - 768],
  [
    'dinov2-large',
    { model_type: 'dinov2', hidden_size: 1024, num_hidden_layers: 24, num_attention_heads: 16 },
    304_368_640 - 1024,
  ],
  [
    'dinov2-giant',
    { model_type: 'dinov2', hidden_size: 1536, num_hidden_layers: 40, num_attention_heads: 24, use_swiglu_ffn: true },
    1_136_480_768 - 1536,
  ],
  ['dinov2-with-registers-base', { model_type: 'dinov2_with_registers' }, 86_580_480 - 768 + 4 * 768],
  ['dino-vits16', { model_type: 'vit', hidden_size: 384, intermediate_size: 1536, num_attention_heads: 6 }, 21_665_664],
  ['dino-vitb16', { model_type: 'vit' }, 85_798_656],
  ['dino-vitb8', { model_type: 'vit', patch_size: 8 }, 85_807_872],
])('%s has as many parameters as published', (_, json, count) => {
  const sizes = json.model_type === 'vit' ? {} : { image_size: 518, patch_size: 14 }
  const config = parseDinoConfig({ ...sizes, ...json })
  const hugging = layoutOf([], json.model_type)!
  const published = layoutOf(['patch_embed.proj.weight'])!
  for (const layout of [hugging, published]) {
    const shapes = [...expectedTensors(config, layout).values()]
    expect(shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(count)
  }
})
