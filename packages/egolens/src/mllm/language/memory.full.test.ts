import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nn } from '@egolens/torch'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { peakOfLoading, writeOnes } from '../../encoders/memory.testing.js'
import { formatLanguageConfig } from './config.js'
import { tinyLanguages } from './language.testing.js'
import { CausalLM } from './model.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'egolens-memory-'))
})
afterEach(() => rm(dir, { recursive: true }))

it.skipIf(process.platform !== 'linux')(
  'a language model of 500 MB is loaded in less than 1.1 times its file (Linux)',
  async () => {
    const sizes = { vocabulary: 8000, width: 1024, layers: 8, hidden: 3584, heads: 8, headWidth: 128 }
    const config = { ...tinyLanguages.mistral, ...sizes }
    const model = nn.init.skip(() => new CausalLM(config, { device: 'meta' }))
    const state = model.stateDict()
    const size = await writeOnes(dir, new Map(Object.keys(state).map((name) => [name, state[name]!.shape])))
    model.dispose()
    await writeFile(join(dir, 'config.json'), JSON.stringify(formatLanguageConfig(config)))
    const ratios = []
    for (const options of [{}, { dtype: 'bfloat16' }, { dtype: 'float64' }]) {
      ratios.push((await peakOfLoading('mllm/language', 'loadCausalLM', dir, options)) / size)
    }
    console.log(`peak over file: mapped, bfloat16 and float64 ${ratios.map((ratio) => ratio.toFixed(3)).join(', ')}`)
    expect(ratios[0]).toBeLessThan(1.1)
    expect(ratios[1]).toBeLessThan(0.5 * 1.1 + 0.1)
    expect(ratios[2]).toBeLessThan(2 * 1.1)
  },
  300_000,
)
