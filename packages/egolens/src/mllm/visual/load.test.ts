import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectNoLeak, noGrad, safetensors, scope, type Tensor } from '@egolens/torch'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../../encoders/clip/clip.testing.js'
import { formulaPixels } from '../../encoders/formula.testing.js'
import type { EgoLensError } from '../../errors.js'
import { StcConnector } from './connector.js'
import { fillByName } from './golden.testing.js'
import { loadConnector, loadVisionTower } from './load.js'
import { ClipVisionTower, type VisionConfig } from './vision-tower.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-visual-'))
})
afterEach(() => rm(dir, { recursive: true }))

const size = { width: 64, layers: 3, heads: 1, hidden: 256, image: 32, patch: 8 }
const config: VisionConfig = { ...tinyConfig.vision, ...size }
const input = [2, 3, 32, 32]
const widths = { vision: 64, language: 8 }

/** A checkpoint of VideoLLaMA2 without its language model: the whole tower and a connector, under its names. */
async function writeCheckpoint(options: { type?: string; change?: (tensors: Record<string, Tensor>) => void } = {}) {
  const { type = 'stc_connector', change } = options
  await mkdir(dir, { recursive: true })
  const json = { model_type: 'videollama2_mistral', mm_projector_type: type, mm_hidden_size: 64, hidden_size: 8 }
  await writeFile(join(dir, 'config.json'), JSON.stringify(json))
  scope(() => {
    using tower = fillByName(new ClipVisionTower(config, { selectLayer: -1 }))
    using connector = fillByName(new StcConnector(widths))
    const named = (prefix: string, state: Record<string, Tensor>) =>
      Object.entries(state).map(([name, tensor]) => [prefix + name, tensor] as const)
    const tensors: Record<string, Tensor> = Object.fromEntries([
      ...named('model.vision_tower.vision_tower.', tower.stateDict()),
      ...named('model.mm_projector.', connector.stateDict()),
    ])
    const norm = 'model.vision_tower.vision_tower.vision_model.post_layernorm.'
    tensors[`${norm}weight`] = tensors[`${norm}bias`] = tensors['model.mm_projector.readout.0.bias']!
    change?.(tensors)
    safetensors.save(join(dir, 'model.safetensors'), tensors)
  })
}

const failure = (work: Promise<{ dispose?: () => void; tower?: ClipVisionTower }>): Promise<string> =>
  work.then(
    (loaded) => {
      ;(loaded.tower ?? loaded).dispose?.()
      return 'nothing was wrong'
    },
    (error: EgoLensError) => error.line,
  )

describe('loadVisionTower', () => {
  it('reads the embedded small CLIP', async () => {
    const { tower, preprocessing } = await loadVisionTower('small')
    scope(() => {
      const tokens = noGrad(() => tower.forward(formulaPixels([2, 3, 128, 128])))
      expect(tokens.shape).toEqual([2, 64, 192])
      expect(tokens.isfinite().all().item()).toBe(1)
    })
    expect([tower.layers.length, tower.grid, preprocessing.size]).toEqual([5, 8, 128])
    expect(tower.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true)
    tower.dispose()
  })

  it('gives what the encoder of the same directory gives between its layers', async () => {
    const { loadClip } = await import('../../encoders/clip/load.js')
    const clip = await loadClip('small')
    const { tower } = await loadVisionTower('small')
    scope(() => {
      const x = formulaPixels([1, 3, 128, 128])
      const last: Tensor[] = []
      noGrad(() => {
        const encoder = clip.image.tower
        encoder.run(encoder.embed(x), { after: (layer, tokens) => void (layer === 4 && last.push(tokens)) })
        const wanted = last[0]!.narrow(1, 1, 64)
        expect(tower.forward(x).sub(wanted).abs().amax().item()).toBeLessThan(1e-4)
      })
    })
    tower.dispose()
    clip.dispose()
  })

  it('reads a VideoLLaMA2 checkpoint, whose shapes tell its size', async () => {
    await writeCheckpoint()
    await expectNoLeak(async () => {
      const { tower, preprocessing } = await loadVisionTower(dir, { dtype: 'bfloat16' })
      expect(tower.config).toEqual(config)
      expect([tower.dtype, tower.layers.length, preprocessing.size]).toEqual(['bfloat16', 2, 32])
      tower.dispose()
      const whole = (await loadVisionTower(dir, { selectLayer: -1 })).tower
      scope(() => {
        using wanted = fillByName(new ClipVisionTower(config, { selectLayer: -1 }))
        const x = formulaPixels(input)
        expect(noGrad(() => whole.forward(x).equal(wanted.forward(x)))).toBe(true)
      })
      whole.dispose()
    })
  })

  it('lists all that does not fit', async () => {
    const at = 'vision_model.encoder.layers.0'
    await writeCheckpoint({
      change: (tensors) => {
        const prefix = 'model.vision_tower.vision_tower.'
        tensors[`${prefix}${at}.mlp.fc3.bias`] = tensors[`${prefix}${at}.mlp.fc2.bias`]!
        delete tensors[`${prefix}${at}.mlp.fc2.bias`]
        delete tensors[`${prefix}vision_model.pre_layrnorm.weight`]
      },
    })
    const line = await failure(loadVisionTower(dir))
    expect(line).toContain('(2 missing, 1 extra)')
    expect(line).toContain(`missing ${at}.mlp.fc2.bias [64] (is it ${at}.mlp.fc3.bias?)`)
    expect(line).toContain('missing vision_model.pre_layrnorm.weight [64]')
  })

  it('refuses values that are no numbers', async () => {
    await writeCheckpoint({
      change: (tensors) =>
        noGrad(() => tensors['model.vision_tower.vision_tower.vision_model.pre_layrnorm.bias']!.fill_(Number.NaN)),
    })
    expect(await failure(loadVisionTower(dir))).toContain('1 tensors hold NaN or infinite values')
  })

  it('goes by the config.json of a CLIP', async () => {
    await writeClip(dir, tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
    const { tower } = await loadVisionTower(dir)
    expect([tower.layers.length, tower.grid]).toEqual([1, 2])
    tower.dispose()
  })
})

describe('loadConnector', () => {
  it('reads a VideoLLaMA2 checkpoint by its names', async () => {
    await writeCheckpoint()
    await expectNoLeak(async () => {
      const connector = await loadConnector(dir)
      scope(() => {
        using wanted = fillByName(new StcConnector(widths))
        const x = formulaPixels([1, 2, 16, 64])
        expect(noGrad(() => connector.forward(x).equal(wanted.forward(x)))).toBe(true)
      })
      connector.dispose()
    })
  })

  it('says which key of the config is wrong, and what is missing', async () => {
    await writeCheckpoint({ type: 'linear' })
    expect(await failure(loadConnector(dir))).toMatch(/config.json: mm_projector_type: .*VideoLLaMA2 checkpoint/)
    await writeCheckpoint({
      change: (tensors) => {
        for (const name of Object.keys(tensors)) if (name.includes('mm_projector')) delete tensors[name]
      },
    })
    expect(await failure(loadConnector(dir))).toMatch(/no tensor is named model.mm_projector/)
  })

  it('lists missing tensors with their nearest names', async () => {
    await writeCheckpoint({
      change: (tensors) => {
        tensors['model.mm_projector.sampler.1.bias'] = tensors['model.mm_projector.sampler.0.bias']!
        delete tensors['model.mm_projector.sampler.0.bias']
      },
    })
    expect(await failure(loadConnector(dir))).toContain('missing sampler.0.bias [8]')
  })
})
