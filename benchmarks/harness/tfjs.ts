import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Bench } from './bench.js'
import { clock } from './clock.js'
import type { SsdGraph } from './ssd-graph.js'

interface TfTensor {
  dispose(): void
  data(): Promise<unknown>
}
interface Tf {
  setBackend(name: string): Promise<boolean>
  ready(): Promise<void>
  zeros(shape: number[], dtype: string): TfTensor
  setWasmPaths?(folder: string): void
  version_core?: string
}
interface GraphModel {
  executeAsync(input: TfTensor): Promise<TfTensor | TfTensor[]>
}

/** Frames of the detector in TensorFlow.js' WebAssembly back end, where it is installed; for information only. */
export async function tensorflowJs(bench: Bench, { folder }: SsdGraph): Promise<(() => Promise<number>) | undefined> {
  const require = createRequire(import.meta.url)
  let tf: Tf
  let load: (source: unknown) => Promise<GraphModel>
  try {
    tf = require('@tensorflow/tfjs-core') as Tf
    require('@tensorflow/tfjs-backend-cpu')
    const wasm = require('@tensorflow/tfjs-backend-wasm') as Tf
    load = (require('@tensorflow/tfjs-converter') as { loadGraphModel: typeof load }).loadGraphModel
    wasm.setWasmPaths!(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'))
  } catch {
    bench.note('TensorFlow.js is not installed (npm install --prefix benchmarks --ignore-scripts): left out')
    return undefined
  }
  try {
    await tf.setBackend('wasm')
    await tf.ready()
    const model = await load({ load: async () => artifacts(folder) })
    bench.version('tfjs', tf.version_core ?? 'unknown')
    return async () => {
      const input = tf.zeros([1, 320, 320, 3], 'int32')
      const start = clock()
      const output = await model.executeAsync(input)
      const outputs = Array.isArray(output) ? output : [output]
      await outputs[0]!.data()
      const seconds = clock() - start
      for (const tensor of [input, ...outputs]) tensor.dispose()
      return seconds
    }
  } catch (error) {
    bench.note(`TensorFlow.js cannot run the detector here: ${(error as Error).message.slice(0, 200)}`)
    return undefined
  }
}

function artifacts(folder: string) {
  const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
    modelTopology: unknown
    weightsManifest: { paths: string[]; weights: unknown[] }[]
    signature: unknown
    userDefinedMetadata?: unknown
  }
  const data = Buffer.concat(
    model.weightsManifest.flatMap(({ paths }) => paths.map((path) => readFileSync(join(folder, path)))),
  )
  return {
    modelTopology: model.modelTopology,
    weightSpecs: model.weightsManifest.flatMap(({ weights }) => weights),
    weightData: data.buffer.slice(data.byteOffset, data.byteOffset + data.length),
    signature: model.signature,
  }
}
