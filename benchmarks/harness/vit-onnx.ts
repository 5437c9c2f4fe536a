import { writeFileSync } from 'node:fs'
import { safetensors, scope } from '@egolens/torch'
import { OnnxGraph } from './onnx.js'
import type { TowerSize } from './random-clip.js'

/** Exports the image tower of a CLIP's directory, as exporters write it: nothing is folded or fused. */
export function exportVit(weightsPath: string, size: TowerSize, batch: number, path: string): void {
  const { width, layers, heads, image, patch, joint } = size
  const tokens = (image / patch) ** 2 + 1
  const graph = new OnnxGraph()
  const file = safetensors.open(weightsPath)
  const read = (name: string, transposed = false) =>
    scope(() => {
      const tensor = file.tensor(name)
      const seen = (transposed ? tensor.t() : tensor).contiguous()
      const key = transposed ? `${name}^T` : name
      return graph.weight(key, (seen.clone().toTypedArray() as Float32Array).slice(), seen.shape)
    })
  const shape = (...sizes: number[]) => graph.weight(`shape_${sizes.join('_')}`, sizes, [sizes.length])
  const norm = (x: string, name: string) =>
    graph.node('LayerNormalization', [x, read(`${name}.weight`), read(`${name}.bias`)], {
      axis: -1,
      epsilon: { float: 1e-5 },
    })
  const linear = (x: string, name: string) =>
    graph.node('Add', [graph.node('MatMul', [x, read(`${name}.weight`, true)]), read(`${name}.bias`)])
  const each = width / heads
  const split = (x: string, perm: number[]) =>
    graph.node('Transpose', [graph.node('Reshape', [x, shape(batch, tokens, heads, each)])], { perm })

  const attention = (x: string, name: string) => {
    const q = split(linear(x, `${name}.q_proj`), [0, 2, 1, 3])
    const k = split(linear(x, `${name}.k_proj`), [0, 2, 3, 1])
    const v = split(linear(x, `${name}.v_proj`), [0, 2, 1, 3])
    const scale = graph.weight('scale', Float32Array.of(each ** -0.5), [])
    const scores = graph.node('Mul', [graph.node('MatMul', [q, k]), scale])
    const seen = graph.node('MatMul', [graph.node('Softmax', [scores], { axis: -1 }), v])
    const joined = graph.node('Transpose', [seen], { perm: [0, 2, 1, 3] })
    return linear(graph.node('Reshape', [joined, shape(batch, tokens, width)]), `${name}.out_proj`)
  }
  const mlp = (x: string, name: string) => {
    const inner = linear(x, `${name}.fc1`)
    const steep = graph.node('Mul', [inner, graph.weight('1.702', Float32Array.of(1.702), [])])
    return linear(graph.node('Mul', [inner, graph.node('Sigmoid', [steep])]), `${name}.fc2`)
  }

  const embeddings = 'vision_model.embeddings'
  const pixels = graph.input('pixels', [batch, 3, image, image])
  const convolved = graph.node('Conv', [pixels, read(`${embeddings}.patch_embedding.weight`)], {
    kernel_shape: [patch, patch],
    strides: [patch, patch],
  })
  const rows = graph.node('Reshape', [convolved, shape(batch, width, tokens - 1)])
  const patches = graph.node('Transpose', [rows], { perm: [0, 2, 1] })
  const first = graph.node('Expand', [read(`${embeddings}.class_embedding`), shape(batch, 1, width)])
  const joined = graph.node('Concat', [first, patches], { axis: 1 })
  let x = graph.node('Add', [joined, read(`${embeddings}.position_embedding.weight`)])
  x = norm(x, 'vision_model.pre_layrnorm')
  for (let i = 0; i < layers; i++) {
    const name = `vision_model.encoder.layers.${i}`
    x = graph.node('Add', [x, attention(norm(x, `${name}.layer_norm1`), `${name}.self_attn`)])
    x = graph.node('Add', [x, mlp(norm(x, `${name}.layer_norm2`), `${name}.mlp`)])
  }
  const token = graph.node('Gather', [x, graph.weight('zero', [0], [])], { axis: 1 })
  const pooled = norm(token, 'vision_model.post_layernorm')
  graph.node('MatMul', [pooled, read('visual_projection.weight', true)], {}, 'features')
  graph.output('features', [batch, joint])
  file.close()
  writeFileSync(path, graph.encode())
}
