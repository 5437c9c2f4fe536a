import { expect, test } from 'vitest'
import { chooseFiles } from './choose.js'

const clip = [
  ...['.gitattributes', 'README.md', 'config.json', 'flax_model.msgpack', 'merges.txt', 'model.safetensors'],
  ...['onnx/model.onnx', 'preprocessor_config.json', 'pytorch_model.bin', 'special_tokens_map.json', 'tf_model.h5'],
  ...['tokenizer.json', 'tokenizer_config.json', 'vocab.json', 'sub/config.json'],
]
const settings = [
  ...['config.json', 'merges.txt', 'preprocessor_config.json', 'special_tokens_map.json'],
  ...['tokenizer.json', 'tokenizer_config.json', 'vocab.json'],
]

test('what loads a CLIP and no more', () => {
  expect(chooseFiles(clip).sort()).toEqual([...settings, 'model.safetensors'].sort())
})

test('what loads an adapter of ours, model card and results left out', () => {
  const files = ['README.md', 'adapter.json', 'adapter.safetensors', 'result.json']
  expect(chooseFiles(files)).toEqual(['adapter.json', 'adapter.safetensors'])
})

test('pickled weights only where there are no others', () => {
  const old = clip.filter((path) => !path.endsWith('.safetensors'))
  expect(chooseFiles(old).sort()).toEqual([...settings, 'pytorch_model.bin'].sort())
})

test('one file before shards, shards with their index, variants left out', () => {
  const shards = [
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
  ]
  expect(chooseFiles(['config.json', ...shards, 'consolidated.safetensors', 'pytorch_model.bin'])).toEqual([
    'config.json',
    ...shards,
  ])
  expect(chooseFiles(['model.fp16.safetensors', 'model.safetensors', ...shards])).toEqual(['model.safetensors'])
  expect(chooseFiles(['open_clip_config.json', 'open_clip_model.safetensors', 'open_clip_pytorch_model.bin'])).toEqual([
    'open_clip_config.json',
    'open_clip_model.safetensors',
  ])
  expect(chooseFiles(['TimeSformer.pth', 'README.md'])).toEqual(['TimeSformer.pth'])
})

test('patterns and names instead', () => {
  expect(chooseFiles(clip, { include: ['*.json'], files: ['tf_model.h5'] })).toEqual([
    ...['config.json', 'preprocessor_config.json', 'special_tokens_map.json', 'tf_model.h5'],
    ...['tokenizer.json', 'tokenizer_config.json', 'vocab.json', 'sub/config.json'],
  ])
  expect(chooseFiles(clip, { include: ['onnx/*', 'vocab.jso?'] })).toEqual(['onnx/model.onnx', 'vocab.json'])
  expect(chooseFiles(['a+b(1).json', 'aab1.json'], { include: ['a+b(1).*'] })).toEqual(['a+b(1).json'])
})

test('what is not there is told with what is', () => {
  expect(() => chooseFiles(clip, { files: ['config.jsn'] })).toThrow(
    expect.objectContaining({ code: 'hub/no-match', cure: 'there are config.json, sub/config.json' }),
  )
  expect(() => chooseFiles(clip, { include: ['*.gguf'] })).toThrow(
    expect.objectContaining({ code: 'hub/no-match', message: 'no file of this model matches "*.gguf"' }),
  )
  expect(() => chooseFiles(['README.md', 'x.gguf'])).toThrow(expect.objectContaining({ code: 'hub/no-weights' }))
})
