import { writeFileSync } from 'node:fs'
import { type Attribute, OnnxGraph } from './onnx.js'
import { ANCHORS, CODES, INPUT, isRelu6, isSame, LOGITS, SIDE, type SsdGraph, strideOf } from './ssd-graph.js'

/** Exports the detector's network to ONNX: pixels [B, 320, 320, 3] in, codes [B, A, 4] and logits [B, A, 8] out. */
export function exportSsd({ order, weights }: SsdGraph, batch: number, path: string): void {
  const graph = new OnnxGraph()
  const whole = (name: string, values: readonly number[]) => graph.weight(name, values, [values.length])
  const kernel = (name: string, depthwise: boolean) => {
    const { shape, values } = weights.get(name)!
    const [h, w, a, b] = shape as [number, number, number, number]
    const [outer, inner] = depthwise ? [a, b] : [b, a]
    const moved = new Float32Array(values.length)
    for (let o = 0, to = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const at = depthwise ? o * inner + i : i * outer + o
        for (let p = 0; p < h * w; p++) moved[to++] = values[p * outer * inner + at]!
      }
    }
    return { name: graph.weight(name, moved, [outer, inner, h, w]), groups: depthwise ? outer : 1, size: [h, w] }
  }
  graph.input('pixels', [batch, SIDE, SIDE, 3])
  const values = new Map([[INPUT, graph.node('Transpose', ['pixels'], { perm: [0, 3, 1, 2] })]])
  const [zero, six] = [graph.weight('zero', Float32Array.of(0), []), graph.weight('six', Float32Array.of(6), [])]

  for (const node of order) {
    if (node.name === INPUT) continue
    const inputs = node.input ?? []
    const x = values.get(inputs[0]!)!
    const give = (name: string) => values.set(node.name, name)
    if (node.op.includes('Conv')) {
      const { name, groups, size } = kernel(inputs[1]!, node.op !== '_FusedConv2D')
      const stride = strideOf(node)
      const bias =
        inputs[2] === undefined
          ? []
          : [graph.weight(inputs[2], weights.get(inputs[2])!.values, [outerOf(weights, inputs[2])])]
      const attributes: Record<string, Attribute> = { kernel_shape: size, strides: [stride, stride], group: groups }
      // SAME of TensorFlow puts the larger half after; ONNX can say it without knowing the input's size.
      const padded: Record<string, Attribute> = isSame(node) ? { pads: samePads(size as [number, number], stride) } : {}
      const y = graph.node('Conv', [x, name, ...bias], { ...attributes, ...padded })
      give(isRelu6(node) ? graph.node('Clip', [y, zero, six]) : y)
    } else if (node.op === 'AddV2') {
      give(graph.node('Add', [x, values.get(inputs[1]!)!]))
    } else if (node.op === 'ConcatV2') {
      const output = node.name === CODES ? 'codes' : 'logits'
      give(
        graph.node(
          'Concat',
          inputs.slice(0, -1).map((input) => values.get(input)!),
          { axis: 1 },
          output,
        ),
      )
    } else if (node.op === 'Reshape') {
      const shape = weights.get(inputs[1]!)!.values
      if (shape.length === 3) {
        const rows = graph.node('Transpose', [x], { perm: [0, 2, 3, 1] })
        give(graph.node('Reshape', [rows, whole(`shape_${shape[2]}`, [batch, -1, shape[2]!])]))
      } else {
        // Each pixel twice in height and width.
        const scales = graph.weight('scales', Float32Array.of(1, 1, 2, 2), [4])
        give(graph.node('Resize', [x, '', scales]))
      }
    } else {
      give(x)
    }
  }
  graph.output('codes', [batch, ANCHORS, 4])
  graph.output('logits', [batch, ANCHORS, 8])
  if (!values.has(CODES) || !values.has(LOGITS)) throw new Error('the graph has no outputs')
  writeFileSync(path, graph.encode())
}

const outerOf = (weights: SsdGraph['weights'], name: string): number => weights.get(name)!.values.length

/** For even sides, as all are here: 3 x 3 with stride 2 misses one pixel, which goes after. */
function samePads([height, width]: [number, number], stride: number): number[] {
  const total = (kernel: number) => Math.max(kernel - stride, 0)
  const before = (kernel: number) => total(kernel) >> 1
  return [before(height), before(width), total(height) - before(height), total(width) - before(width)]
}
