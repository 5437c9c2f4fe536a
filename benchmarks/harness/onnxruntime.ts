import { createRequire } from 'node:module'
import type { Bench } from './bench.js'

/** What is used of onnxruntime-node, which is an optional peer: its own types are there only where it is installed. */
interface OrtTensor {
  data: Float32Array
  dims: readonly number[]
}
interface OrtSession {
  run(inputs: Record<string, OrtTensor>): Promise<Record<string, OrtTensor>>
}
interface Ort {
  InferenceSession: { create(path: string, options: Record<string, unknown>): Promise<OrtSession> }
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor
}

/** Runs a model on the CPU with as many threads as the bench; undefined, and noted, where the peer is not installed. */
export async function onnxSession(bench: Bench, path: string) {
  const require = createRequire(import.meta.url)
  let ort: Ort
  try {
    ort = require('onnxruntime-node') as Ort
  } catch {
    bench.note('onnxruntime-node is not installed (npm install --prefix benchmarks --ignore-scripts): left out')
    return undefined
  }
  const { version } = require('onnxruntime-node/package.json') as { version: string }
  bench.version('onnxruntime-node', version)
  const session = await ort.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: bench.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  })
  return (inputs: Record<string, { data: Float32Array; shape: readonly number[] }>) =>
    session.run(
      Object.fromEntries(
        Object.entries(inputs).map(([name, { data, shape }]) => [name, new ort.Tensor('float32', data, shape)]),
      ),
    )
}
