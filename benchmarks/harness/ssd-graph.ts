import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

interface Node {
  name: string
  op: string
  input?: string[]
  attr?: {
    strides?: { list: { i: (string | number)[] } }
    padding?: { s: string }
    fused_ops?: { list: { s?: string[] } }
  }
}

export interface SsdGraph {
  folder: string
  nodes: Map<string, Node>
  /** The nodes that codes and logits need, each after its inputs. */
  order: Node[]
  weights: Map<string, { shape: number[]; values: Float32Array }>
}

const PREFIX = 'StatefulPartitionedCall/'
export const INPUT = `${PREFIX}map/TensorArrayV2Stack/TensorListStack`
export const CODES = `${PREFIX}concat`
export const LOGITS = `${PREFIX}concat_1`
export const SIDE = 320
export const ANCHORS = 12_774

/** The detector's network as its package holds it, read for the peers. */
export function ssdGraph(): SsdGraph {
  const fromEgolens = createRequire(createRequire(import.meta.url).resolve('egolens/package.json'))
  const folder = join(dirname(fromEgolens.resolve('handtrackjs/package.json')), 'models/webmodel/ssd320fpnlite/base')
  const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
    modelTopology: { node: Node[] }
    weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[]
  }
  const manifest = model.weightsManifest[0]!
  const data = Buffer.concat(manifest.paths.map((path) => readFileSync(join(folder, path))))
  const weights: SsdGraph['weights'] = new Map()
  let at = data.byteOffset
  for (const { name, shape, dtype } of manifest.weights) {
    const count = shape.reduce((a, b) => a * b, 1)
    const bytes = data.buffer.slice(at, at + 4 * count)
    weights.set(name, {
      shape,
      values: dtype === 'int32' ? Float32Array.from(new Int32Array(bytes)) : new Float32Array(bytes),
    })
    at += 4 * count
  }
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]))
  const order = new Map<string, Node>()
  const visit = (name: string) => {
    if (order.has(name) || weights.has(name)) return
    const node = nodes.get(name)!
    if (name !== INPUT) for (const input of node.input ?? []) if (!input.startsWith('^')) visit(input)
    order.set(name, node)
  }
  for (const name of [CODES, LOGITS]) visit(name)
  return { folder, nodes, order: [...order.values()], weights }
}

export const isSame = ({ attr }: Node): boolean => Buffer.from(attr?.padding?.s ?? '', 'base64').toString() === 'SAME'
export const strideOf = ({ attr }: Node): number => Number(attr?.strides?.list.i[1] ?? 1)
export const isRelu6 = ({ attr }: Node): boolean =>
  (attr?.fused_ops?.list.s ?? []).some((name) => Buffer.from(name, 'base64').toString() === 'Relu6')
