import { join } from 'node:path'
import { type Device, type DType, nn, scope, type Tensor } from '@egolens/torch'
import { checkFinite, openDirectory, type WeightSource } from '../../encoders/source.js'
import { readJson } from '../../files.js'
import { checkTensors } from '../../weights/mismatch.js'
import { resolveWeights } from '../../weights/resolve.js'
import { parseLanguageConfig } from './config.js'
import { CausalLM } from './model.js'
import { checkShardIndex } from './shards.js'

export interface LoadLanguageOptions {
  /** What weights are brought to; as they are in the files where absent, but float32 for float16 on a processor. */
  dtype?: DType
  device?: Device
  /** Tensors of the files that are not the language model's, such as a vision tower's. */
  isIgnored?: (name: string) => boolean
  /** Whether weights are looked at for NaN first, which reads them all; true by default. */
  finite?: boolean
}

/**
 * Loads a language model: a directory or a name in the Hugging Face cache, one file or shards with an index. Weights
 * that are of the wanted type already are mapped: they take memory as they are read. Others are converted one by one.
 * Nothing is trained until `requiresGrad_()` says so.
 *
 * @throws EgoLensError `weights/not-found`, `weights/mismatch`, `weights/bad-index`, `weights/not-finite`,
 * `weights/not-safetensors`, `language/bad-config`, `language/unsupported`
 * @example const model = await loadCausalLM('mistralai/Mistral-7B-Instruct-v0.2', { dtype: 'bfloat16' })
 */
export async function loadCausalLM(nameOrDir: string, options: LoadLanguageOptions = {}): Promise<CausalLM> {
  const { dir } = await resolveWeights(nameOrDir)
  const path = join(dir, 'config.json')
  const config = parseLanguageConfig(await readJson(path), path)
  await checkShardIndex(dir)
  const source = await openDirectory(dir)
  try {
    // On this device tensors have a shape and no memory; all are replaced next.
    const model = nn.init.skip(() => new CausalLM(config, { device: 'meta' }))
    try {
      fill(model, source, dir, options)
      return model.requiresGrad_(false).eval() as CausalLM
    } catch (error) {
      model.dispose()
      throw error
    }
  } finally {
    source.close()
  }
}

function fill(model: CausalLM, source: WeightSource, where: string, options: LoadLanguageOptions): void {
  const { dtype, device = 'cpu', isIgnored = () => false, finite = true } = options
  const state = model.stateDict()
  const expected = new Map(Object.keys(state).map((name) => [name, state[name]!.shape]))
  checkTensors(source, expected, where, { isIgnored: (name) => isIgnored(name) || isLeftOver(name, expected) })
  if (finite) checkFinite(source, expected.keys(), where)
  for (const name of expected.keys()) {
    scope(() => {
      const tensor = source.tensor(name)
      // libtorch has no matrix products of float16 on processors.
      const own = tensor.dtype === 'float16' && device === 'cpu' ? 'float32' : tensor.dtype
      const wanted: Tensor = tensor.to({ dtype: dtype ?? own, device })
      model.loadStateDict({ [name]: wanted }, { assign: true, strict: false })
    })
  }
}

/** Files of older versions keep the rotary angles, and those of models with a tied head may keep the head. */
function isLeftOver(name: string, expected: ReadonlyMap<string, unknown>): boolean {
  return name.endsWith('.rotary_emb.inv_freq') || (name === 'lm_head.weight' && !expected.has(name))
}
