import { isAbsolute, relative, resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkFilePath, checkRevision, parseModelName } from './names.js'

test('a name, and a name with a revision', () => {
  expect(parseModelName('openai/clip-vit-base-patch16')).toEqual({ name: 'openai/clip-vit-base-patch16' })
  expect(parseModelName('gpt2')).toEqual({ name: 'gpt2' })
  expect(parseModelName('a/b@refs/pr/9')).toEqual({ name: 'a/b', revision: 'refs/pr/9' })
})

test.each([
  '',
  'a/b/c',
  '../b',
  'a/..',
  'a//b',
  '/a',
  'a b',
  'a--b/c',
  'a/b@',
  'a/b@../main',
  'a/b@/x',
  'a/.b',
  'a/b-',
])('%j is refused', (text) => {
  expect(() => parseModelName(text)).toThrow(expect.objectContaining({ code: 'hub/bad-name' }))
})

test('the address of a page is answered with the name in it', () => {
  expect(() => parseModelName('https://huggingface.co/openai/clip-vit-base-patch16/tree/main')).toThrow(
    expect.objectContaining({ cure: 'write openai/clip-vit-base-patch16' }),
  )
})

test('revisions', () => {
  for (const good of ['main', 'v1.0', 'refs/pr/9', 'feature/x', 'a'.repeat(40)]) expect(checkRevision(good)).toBe(good)
  for (const bad of ['..', 'a/../b', '/main', 'a\0b', 'a b', '']) expect(() => checkRevision(bad)).toThrow('revision')
})

test.each(['../x', 'a/../../x', '/etc/passwd', 'a\0b', 'a\\..\\b', 'C:\\x', 'c:x', './a', 'a//b', '', 'a/', 'a\nb'])(
  'the file name %j is refused',
  (path) => {
    expect(() => checkFilePath(path)).toThrow(expect.objectContaining({ code: 'hub/bad-file-name' }))
  },
)

test('no accepted file name leaves its folder', () => {
  const piece = fc.oneof(fc.constantFrom('..', '.', '', '/', '\\', '\0', 'a', 'model.safetensors'), fc.string())
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const path = pieces.join('/')
      try {
        checkFilePath(path)
      } catch {
        return
      }
      const way = relative('/cache/snapshot', resolve('/cache/snapshot', path))
      expect(way).not.toBe('')
      expect(way.split('/')[0]).not.toBe('..')
      expect(isAbsolute(way)).toBe(false)
    }),
  )
})
