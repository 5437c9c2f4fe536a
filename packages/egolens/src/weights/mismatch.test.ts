import { expect, test } from 'vitest'
import { EgoLensError } from '../errors.js'
import { checkTensors } from './mismatch.js'

function mismatch(
  given: Record<string, number[]>,
  expected: Record<string, number[]>,
  options = {},
): EgoLensError | undefined {
  try {
    const source = { names: Object.keys(given), shape: (name: string) => given[name]! }
    checkTensors(source, new Map(Object.entries(expected)), 'dir', options)
  } catch (error) {
    if (error instanceof EgoLensError) return error
    throw error
  }
  return undefined
}

test('what fits is let through, with what is ignored', () => {
  expect(mismatch({ a: [2, 3], b: [] }, { a: [2, 3], b: [] })).toBeUndefined()
  expect(mismatch({ a: [], ids: [7] }, { a: [] }, { isIgnored: (name: string) => name === 'ids' })).toBeUndefined()
})

test('everything that is wrong is told at once, with shapes', () => {
  const error = mismatch(
    { 'x.weight': [3, 2], 'z.weights': [4] },
    { 'x.weight': [2, 3], 'z.weight': [4], 'q.bias': [9] },
  )
  expect(error).toMatchObject({ code: 'weights/mismatch', where: 'dir' })
  expect(error!.message.split('\n')).toEqual([
    'the weights do not fit the config (1 misshapen, 2 missing, 1 extra):',
    '  misshapen x.weight: [3,2] in the file, [2,3] by the config',
    '  missing z.weight [4] (is it z.weights?)',
    '  missing q.bias [9]',
    '  extra z.weights [4] (is it z.weight?)',
  ])
})

test('a prefix, another word and another place are seen through; numbers are not', () => {
  const expected = { 'visual.blocks.3.norm1.weight': [8], 'visual.blocks.4.norm1.weight': [8], 'head.bias': [2] }
  const lines = (given: Record<string, number[]>) => mismatch(given, expected)!.message
  expect(lines({ 'module.visual.blocks.3.norm1.weight': [8] })).toContain(
    'extra module.visual.blocks.3.norm1.weight [8] (is it visual.blocks.3.norm1.weight?)',
  )
  expect(lines({ 'visual.layers.4.norm1.weight': [8] })).toContain(
    'extra visual.layers.4.norm1.weight [8] (is it visual.blocks.4.norm1.weight?)',
  )
  expect(lines({ quite: [1] })).toContain('extra quite [1]\n'.trim())
})

test('a model of which every name is another is listed whole', () => {
  const names = Array.from({ length: 400 }, (_, i) => `blocks.${i}.attn.qkv.weight`)
  const shapes = (prefix: string) => Object.fromEntries(names.map((name) => [prefix + name, [4, 4]]))
  const lines = mismatch(shapes('encoder.'), shapes(''))!.message.split('\n')
  expect(lines).toHaveLength(801)
  expect(lines[400]).toBe('  missing blocks.399.attn.qkv.weight [4,4] (is it encoder.blocks.399.attn.qkv.weight?)')
})
