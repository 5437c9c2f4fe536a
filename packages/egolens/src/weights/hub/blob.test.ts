import { expect, test } from 'vitest'
import { diskFault, etagOf, incompletePath, isHash } from './blob.js'

test("the hub's ETag of a large file is that of its content, not of the pointer to it", () => {
  expect(etagOf(new Headers({ etag: '"pointer"', 'x-linked-etag': '"content"' }))).toBe('content')
  expect(etagOf(new Headers({ etag: 'W/"weak"' }))).toBe('weak')
  expect(etagOf(new Headers())).toBeUndefined()
})

test('hashes are of git or sha256', () => {
  expect([40, 64, 32, 41].map((digits) => isHash('a'.repeat(digits)))).toEqual([true, true, false, false])
  expect(isHash('G'.repeat(40))).toBe(false)
})

test('errors of the disk say what helps, and others stay as they are', () => {
  const failing = (code: string) => Object.assign(new Error(`${code}: write`), { code })
  const part = incompletePath('/cache/blobs/abc')
  expect(diskFault(failing('ENOSPC'), part)).toMatchObject({ code: 'hub/no-space', where: '/cache/blobs' })
  expect(diskFault(failing('EDQUOT'), part)).toMatchObject({ code: 'hub/no-space' })
  expect(diskFault(failing('EROFS'), part)).toMatchObject({ code: 'hub/unwritable', where: part })
  const other = new TypeError('x')
  expect(diskFault(other, part)).toBe(other)
})
