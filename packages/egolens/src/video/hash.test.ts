import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { contentHash } from './hash.js'
import { temporaryFolder } from './testing.js'

const { at, remove } = temporaryFolder()
afterAll(remove)

it('hashes the bytes of a file, wherever it lies', async () => {
  writeFileSync(at('a'), 'abc')
  expect(await contentHash(at('a'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  await expect(contentHash(at('none'))).rejects.toMatchObject({ code: 'video/not-found' })
})

it('sees names, sizes and bytes of a folder', async () => {
  mkdirSync(at('images'))
  writeFileSync(at('images/1.jpg'), 'ab')
  writeFileSync(at('images/2.jpg'), 'c')
  const hash = await contentHash(at('images'))
  writeFileSync(at('images/1.jpg'), 'a')
  writeFileSync(at('images/2.jpg'), 'bc')
  expect(await contentHash(at('images'))).not.toBe(hash)
  writeFileSync(at('images/1.jpg'), 'ab')
  writeFileSync(at('images/2.jpg'), 'c')
  expect(await contentHash(at('images'))).toBe(hash)
  renameSync(at('images/2.jpg'), at('images/3.jpg'))
  expect(await contentHash(at('images'))).not.toBe(hash)
})
