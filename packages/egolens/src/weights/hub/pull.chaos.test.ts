import { rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { json, sendFile, sha256 } from './hub.testing.js'
import { PullTest } from './pull.testing.js'

const t = new PullTest()
const weights = 'model.safetensors'
const length = 300_000

/** One wrong answer to a request of the weights: what it does, and after how many bytes. */
interface Misdeed {
  kind: 'cut' | 'end' | 'stall' | 'ignore-range' | 'wrong-range' | 'busy' | 'refuse' | 'garbage'
  after: number
}

const misdeed = fc.record<Misdeed>({
  kind: fc.constantFrom('cut', 'end', 'stall', 'ignore-range', 'wrong-range', 'busy', 'refuse', 'garbage'),
  after: fc.nat(length - 1),
})

function commit({ kind, after }: Misdeed, request: IncomingMessage, response: ServerResponse): void {
  const file = t.hub.files[weights]!
  const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0)
  const rest = file.data.subarray(start)
  const partial = start > 0 ? { 'content-range': `bytes ${start}-${length - 1}/${length}` } : {}
  const begin = (more = {}) => response.writeHead(start > 0 ? 206 : 200, { ...partial, ...more })
  if (kind === 'cut') begin({ 'content-length': rest.length }).write(rest.subarray(0, after), () => response.destroy())
  else if (kind === 'end') begin().end(rest.subarray(0, after))
  else if (kind === 'stall') begin({ 'content-length': rest.length }).write(rest.subarray(0, after))
  else if (kind === 'ignore-range') sendFile({ ...request, headers: {} } as IncomingMessage, response, file)
  else if (kind === 'wrong-range') response.writeHead(206, { 'content-range': 'bytes 7-9/10' }).end('abc')
  else if (kind === 'busy') json(response, 503, {})
  else if (kind === 'refuse') request.socket.destroy()
  else begin().end(Buffer.alloc(rest.length, 0x55))
}

test('whatever a server does on the way, what is in its place in the end is right', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(misdeed, { maxLength: 6 }), async (misdeeds) => {
      await rm(t.cached(), { recursive: true, force: true })
      const left = [...misdeeds]
      t.hub.before = (request, response) => {
        const next = request.url!.endsWith(`/${weights}`) ? left.shift() : undefined
        if (next) commit(next, request, response)
        return next !== undefined
      }
      const outcome = await t.pull({ attempts: 8, stallTimeout: 60 }).catch((error: { code: string }) => error)
      const found = (await t.tree()).filter((path) => path.endsWith(weights) || path.endsWith('main'))
      if ('commit' in outcome) {
        expect(sha256(await t.read('snapshots', t.hub.commit, weights))).toBe(sha256(t.hub.files[weights]!.data))
      } else {
        // Only twice the wrong bytes are an end; then nothing looks like a model.
        expect(outcome.code).toBe('hub/checksum')
        expect(misdeeds.filter((m) => m.kind === 'garbage').length).toBeGreaterThanOrEqual(2)
        expect(found).toEqual([])
      }
    }),
    { numRuns: 40 },
  )
})
