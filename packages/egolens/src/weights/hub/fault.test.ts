import { expect, test } from 'vitest'
import { EgoLensError } from '../../errors.js'
import { HubFault, megabytes, quoted, shown } from './fault.js'

test('a fault is an error of the toolkit that knows whether to ask again', () => {
  const fault = new HubFault('hub/busy', 'too many', { transient: true, retryAfter: 3000 })
  expect(fault).toBeInstanceOf(EgoLensError)
  expect(fault).toMatchObject({ code: 'hub/busy', transient: true, retryAfter: 3000 })
  expect(new HubFault('hub/gated', 'no').transient).toBe(false)
})

test('an address is shown without its query, user and password', () => {
  expect(shown('https://user:pass@store.example/a/b?X-Amz-Signature=secret#x')).toBe('https://store.example/a/b')
})

test("a server's text is one short line without token and escape sequences", () => {
  expect(quoted('bad\u001b[2J\n token hf_abc!', 'hf_abc')).toBe('bad [2J  token [token]!')
  expect(quoted('x'.repeat(300))).toBe(`${'x'.repeat(200)}...`)
})

test('sizes are said in words', () => {
  expect([0, 1_500_000, 598_641_023, 5e9].map(megabytes)).toEqual(['0.0 MiB', '1.4 MiB', '571 MiB', '4.7 GiB'])
})
