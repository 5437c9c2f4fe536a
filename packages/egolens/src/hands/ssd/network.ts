import { cat, fromTypedArray, noGrad, scope, type Tensor } from '@egolens/torch'
import { EgoLensError } from '../../errors.js'
import { convolve } from './convolve.js'
import type { Graph, GraphNode } from './graph.js'

/** Box codes [B, anchors, 4] and class logits [B, anchors, 8] as they leave the network. */
export interface RawOutput {
  codes: Float32Array
  logits: Float32Array
}

const PREFIX = 'StatefulPartitionedCall/'
const INPUT = `${PREFIX}map/TensorArrayV2Stack/TensorListStack`
const CODES = `${PREFIX}concat`
const LOGITS = `${PREFIX}concat_1`

/**
 * The convolutional part of the detector's graph on the engine. TensorFlow's layout (height, width, channels) is
 * kept in memory and seen as PyTorch's by permuting, which the fast convolution kernels want anyway.
 */
export class SsdNetwork {
  readonly #graph: Graph
  readonly #order: GraphNode[]
  readonly #weights = new Map<string, Tensor>()

  constructor(graph: Graph) {
    this.#graph = graph
    this.#order = sorted(graph, [CODES, LOGITS])
    for (const node of this.#order) {
      if (node.op.includes('Conv')) this.#addWeights(node)
    }
  }

  /** @param pixels [B, 320, 320, 3] in -1..1 */
  forward(pixels: Tensor): RawOutput {
    return scope(() =>
      noGrad(() => {
        const values = new Map<string, Tensor>([[INPUT, pixels.permute([0, 3, 1, 2])]])
        for (const node of this.#order) if (node.name !== INPUT) values.set(node.name, this.#run(node, values))
        const output = (name: string) => values.get(name)!.contiguous().toTypedArray() as Float32Array
        return { codes: output(CODES), logits: output(LOGITS) }
      }),
    )
  }

  dispose(): void {
    for (const weight of this.#weights.values()) weight.dispose()
    this.#weights.clear()
  }

  #run(node: GraphNode, values: Map<string, Tensor>): Tensor {
    const x = values.get(node.inputs[0]!)!
    switch (node.op) {
      case '_FusedConv2D':
      case 'FusedDepthwiseConv2dNative':
      case 'DepthwiseConv2dNative':
        return this.#convolve(node, x)
      case 'AddV2':
        return x.add(values.get(node.inputs[1]!)!)
      case 'Pack':
        return x // with the reshape that follows: each pixel twice in height and width
      case 'Reshape':
        return this.#reshape(node, x)
      case 'ConcatV2':
        return cat(
          node.inputs.slice(0, -1).map((name) => values.get(name)!),
          1,
        )
      default:
        throw new EgoLensError('hands/unknown-operator', `the graph holds an operator ${node.op}`, { where: node.name })
    }
  }

  #convolve(node: GraphNode, x: Tensor): Tensor {
    const weight = this.#weights.get(node.inputs[1]!)!
    const bias = node.inputs[2] === undefined ? undefined : this.#weights.get(node.inputs[2])
    const groups = node.op === '_FusedConv2D' ? 1 : weight.shape[0]!
    const [height, width] = [weight.shape[2]!, weight.shape[3]!]
    const [top, bottom] = node.samePadding ? same(x.shape[2]!, height, node.stride) : [0, 0]
    const [left, right] = node.samePadding ? same(x.shape[3]!, width, node.stride) : [0, 0]
    const y = convolve(x, weight, { bias, stride: node.stride, down: [top, bottom], across: [left, right], groups })
    return node.relu6 ? y.clamp_(0, 6) : y
  }

  #reshape(node: GraphNode, x: Tensor): Tensor {
    const shape = [...this.#graph.weights.get(node.inputs[1]!)!.values]
    const rows = x.permute([0, 2, 3, 1])
    if (shape.length === 3) return rows.reshape([x.shape[0]!, -1, shape[2]!])
    const [b, h, w, c] = rows.shape as [number, number, number, number]
    const doubled = rows.reshape([b, h, 1, w, 1, c]).expand([b, h, 2, w, 2, c])
    return doubled.reshape([b, 2 * h, 2 * w, c]).permute([0, 3, 1, 2])
  }

  /** Height, width, in, out (or, of a depthwise one, channel, 1) becomes out, in, height, width. */
  #addWeights(node: GraphNode): void {
    const depthwise = node.op !== '_FusedConv2D'
    for (const [i, name] of node.inputs.slice(1).entries()) {
      if (this.#weights.has(name)) continue
      const { shape, values } = this.#graph.weights.get(name)!
      const tensor = scope(() => {
        const raw = fromTypedArray(values, shape)
        if (i > 0) return raw.clone()
        return raw.permute(depthwise ? [2, 3, 0, 1] : [3, 2, 0, 1]).contiguous()
      })
      this.#weights.set(name, tensor.keep())
    }
  }
}

/** TensorFlow's SAME padding: what is missing, the smaller half before. */
function same(side: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(side / stride) - 1) * stride + kernel - side, 0)
  return [total >> 1, total - (total >> 1)]
}

/** The nodes that the outputs need, each after its inputs. */
function sorted({ nodes, weights }: Graph, outputs: string[]): GraphNode[] {
  const order = new Map<string, GraphNode>()
  const visit = (name: string) => {
    if (order.has(name) || weights.has(name)) return
    const node = nodes.get(name)
    if (!node) throw new EgoLensError('hands/not-a-graph', `the graph has no node ${name}`)
    if (name !== INPUT) node.inputs.forEach(visit)
    order.set(name, node)
  }
  outputs.forEach(visit)
  return [...order.values()]
}
