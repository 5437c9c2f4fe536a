import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { EgoLensError } from '../../errors.js'

/** A node of a TensorFlow graph as TensorFlow.js writes it, with what this detector needs of its attributes. */
export interface GraphNode {
  name: string
  op: string
  inputs: string[]
  stride: number
  samePadding: boolean
  relu6: boolean
  axis: number
}

/** A frozen graph and its weights. */
export interface Graph {
  nodes: Map<string, GraphNode>
  weights: Map<string, { shape: number[]; values: Float32Array | Int32Array }>
  /** sha256 of the graph and the weights. */
  hash: string
}

const text = z.string().transform((base64) => Buffer.from(base64, 'base64').toString('latin1'))
const nodeSchema = z.object({
  name: z.string(),
  op: z.string(),
  input: z.array(z.string()).default([]),
  attr: z
    .object({
      strides: z.object({ list: z.object({ i: z.array(z.coerce.number()) }) }),
      padding: z.object({ s: text }),
      fused_ops: z.object({ list: z.object({ s: z.array(text) }) }),
      axis: z.object({ i: z.coerce.number() }),
    })
    .partial()
    .default({}),
})
const modelSchema = z.object({
  modelTopology: z.object({ node: z.array(nodeSchema) }),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string().regex(/^[\w.-]+$/)),
        weights: z.array(
          z.object({ name: z.string(), shape: z.array(z.int().nonnegative()), dtype: z.enum(['float32', 'int32']) }),
        ),
      }),
    )
    .length(1),
})

/** The folder of the detector's weights inside the npm package `handtrackjs`. */
export function installedModel(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('handtrackjs/package.json')
    return join(dirname(entry), 'models', 'webmodel', 'ssd320fpnlite', 'base')
  } catch (cause) {
    throw new EgoLensError('hands/no-weights', 'the hand detector has no weights: handtrackjs is not installed', {
      cure: 'npm install handtrackjs@0.1.5, or take boxes from a file',
      cause,
    })
  }
}

/** Reads a TensorFlow.js graph model (`model.json` and its shards) with float32 weights. */
export async function readGraph(folder: string): Promise<Graph> {
  const path = join(folder, 'model.json')
  const bytes = await readFile(path).catch((cause) => {
    throw new EgoLensError('hands/no-weights', 'the hand detector cannot be read', { where: path, cause })
  })
  const parsed = modelSchema.safeParse(JSON.parse(bytes.toString('utf8')))
  if (!parsed.success) {
    throw new EgoLensError('hands/not-a-graph', z.prettifyError(parsed.error).slice(0, 300), { where: path })
  }
  const manifest = parsed.data.weightsManifest[0]!
  const shards = await Promise.all(manifest.paths.map((name) => readFile(join(folder, name))))
  const data = Buffer.concat(shards)
  const weights: Graph['weights'] = new Map()
  let offset = data.byteOffset
  for (const { name, shape, dtype } of manifest.weights) {
    const count = shape.reduce((a, b) => a * b, 1)
    if (offset + 4 * count > data.byteOffset + data.length) {
      throw new EgoLensError('hands/truncated-weights', `the shards end before ${name}`, { where: path })
    }
    const type = dtype === 'int32' ? Int32Array : Float32Array
    weights.set(name, { shape, values: new type(data.buffer.slice(offset, offset + 4 * count)) })
    offset += 4 * count
  }
  const nodes = new Map(parsed.data.modelTopology.node.map((node) => [node.name, toNode(node)]))
  return { nodes, weights, hash: createHash('sha256').update(bytes).update(data).digest('hex') }
}

function toNode({ name, op, input, attr }: z.infer<typeof nodeSchema>): GraphNode {
  return {
    name,
    op,
    inputs: input.filter((from) => !from.startsWith('^')),
    stride: attr.strides?.list.i[1] ?? 1,
    samePadding: attr.padding?.s === 'SAME',
    relu6: attr.fused_ops?.list.s.includes('Relu6') ?? false,
    axis: attr.axis?.i ?? 0,
  }
}
