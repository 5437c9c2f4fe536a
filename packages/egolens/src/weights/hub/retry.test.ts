import { expect, test } from 'vitest'
import { HubFault } from './fault.js'
import { pause, retryAfter, withRetries } from './retry.js'

const passing = (more: { retryAfter?: number } = {}) =>
  new HubFault('hub/server-error', 'down', { transient: true, ...more })

function patience(attempts = 4) {
  const waits: number[] = []
  const wait = async (milliseconds: number) => {
    waits.push(milliseconds)
  }
  return { waits, attempts, wait }
}

test('tries again after faults that pass, at growing distances', async () => {
  const p = patience()
  let calls = 0
  const work = async () => {
    if (++calls < 4) throw passing()
    return 'there'
  }
  expect(await withRetries(work, p)).toBe('there')
  expect(p.waits.length).toBe(3)
  for (const [i, wait] of p.waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(750 * 2 ** i)
    expect(wait).toBeLessThanOrEqual(1000 * 2 ** i)
  }
})

test('gives up after as many tries as said, and at once where trying is of no use', async () => {
  const p = patience(3)
  let calls = 0
  const failing = (error: Error) => async () => {
    calls++
    throw error
  }
  await expect(withRetries(failing(passing()), p)).rejects.toMatchObject({ code: 'hub/server-error' })
  expect([calls, p.waits.length]).toEqual([3, 2])
  const gated = new HubFault('hub/gated', 'no')
  await expect(withRetries(failing(gated), p)).rejects.toBe(gated)
  const bug = new TypeError('x')
  await expect(withRetries(failing(bug), p)).rejects.toBe(bug)
  expect(calls).toBe(5)
})

test('while megabytes come the count begins anew', async () => {
  const p = patience(2)
  let bytes = 0
  let calls = 0
  const work = async () => {
    bytes += 2 << 20
    if (++calls < 6) throw passing()
    return calls
  }
  expect(await withRetries(work, p, () => bytes)).toBe(6)
})

test('waits as long as the server says, unless that is for ever', async () => {
  const p = patience(2)
  let calls = 0
  const work = async () => {
    if (++calls < 2) throw passing({ retryAfter: 7000 })
    return true
  }
  await withRetries(work, p)
  expect(p.waits).toEqual([7000])
  await expect(withRetries(async () => Promise.reject(passing({ retryAfter: 3_600_000 })), p)).rejects.toThrow('down')
  expect(p.waits).toEqual([7000])
})

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  expect(retryAfter('12', now)).toBe(12_000)
  expect(retryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000)
  expect(retryAfter('Thu, 01 Jan 2025 00:00:30 GMT', now)).toBe(0)
  expect(retryAfter('soon', now)).toBeUndefined()
  expect(retryAfter(null)).toBeUndefined()
})

test('a wait can be interrupted', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const waiting = pause(60_000, controller.signal)
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})
