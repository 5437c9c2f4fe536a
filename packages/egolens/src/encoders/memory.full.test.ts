import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { embedded } from '../weights/cache.js'
import { formatConfig } from './clip/config.js'
import { expectedTensors as clipTensors } from './clip/names.js'
import { parseDinoConfig } from './dino/config.js'
import { expectedTensors as dinoTensors, layoutOf } from './dino/layout.js'
import { tinyLavila } from './lavila/lavila.testing.js'
import { expectedTensors as lavilaTensors } from './lavila/names.js'
import { peakOfLoading, writeOnes } from './memory.testing.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-memory-'))
})
afterEach(() => rm(dir, { recursive: true }))

const copyTokenizer = () => copyFile(join(embedded.small!, 'tokenizer.json'), join(dir, 'tokenizer.json'))
const text = { width: 512, layers: 12, heads: 8, hidden: 2048, activation: 'quick_gelu' as const, eps: 1e-5 }
const texts = { ...text, vocabulary: 49408, context: 77 }

/** The published sizes, in float32. */
const models = {
  'CLIP ViT-B/16, 600 MB': async () => {
    const vision = { ...text, width: 768, heads: 12, hidden: 3072, image: 224, patch: 16 }
    const config = { vision, text: texts, width: 512 }
    await writeFile(join(dir, 'config.json'), JSON.stringify(formatConfig(config)))
    await copyTokenizer()
    return ['clip', 'loadClip', clipTensors(config)] as const
  },
  'DINOv2 B/14, 350 MB': async () => {
    const config = parseDinoConfig({ model_type: 'dinov2', image_size: 518, patch_size: 14 })
    return ['dino', 'loadDino', dinoTensors(config, layoutOf(['patch_embed.proj.weight'])!)] as const
  },
  'LaViLa base, 710 MB': async () => {
    const size = { width: 768, layers: 12, hidden: 3072, image: 224, patch: 16 }
    await copyTokenizer()
    const config = { vision: { ...tinyLavila.vision, ...size }, text: texts, width: 256 }
    return ['lavila', 'loadLavila', lavilaTensors(config)] as const
  },
}

it.skipIf(process.platform !== 'linux').each(Object.entries(models))(
  '%s: loaded in less than 1.1 times its file (Linux)',
  async (name, prepare) => {
    const [family, loader, shapes] = await prepare()
    const size = await writeOnes(dir, shapes)
    expect(Math.abs(size / 1e6 - Number(/(\d+) MB/.exec(name)![1]))).toBeLessThan(10)
    const ratio = async (compute: string) =>
      (await peakOfLoading(`encoders/${family}`, loader, dir, { compute })) / size
    const ratios = [await ratio('float32'), await ratio('bfloat16')]
    console.log(`${name}, peak over file: float32 ${ratios[0]!.toFixed(3)}, bfloat16 ${ratios[1]!.toFixed(3)}`)
    for (const found of ratios) expect(found).toBeLessThan(1.1)
  },
  300_000,
)
