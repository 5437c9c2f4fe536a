import { open, stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import type { ProgressEvent } from '../../progress.js'
import { incompletePath } from './blob.js'
import { breakOff, bytesOf, etagOf, json, sendFile, sha256 } from './hub.testing.js'
import { PullTest } from './pull.testing.js'
import { pause } from './retry.js'

const t = new PullTest()
const weights = 'model.safetensors'
const file = () => t.hub.files[weights]!
const blobPath = () => t.cached('blobs', etagOf(file()))
const begun = async () => (await stat(incompletePath(blobPath()))).size

const leave = Symbol('leave')

/** Answers the n-th request of the weights, from 0, in the hub's place, or leaves it to the hub. */
function weightsAnswer(answer: (n: number, response: ServerResponse, range?: string) => unknown) {
  let n = 0
  t.hub.before = (request, response) => {
    if (!request.url!.endsWith(`/${weights}`)) return false
    return answer(n++, response, request.headers.range) !== leave
  }
}

async function expectWhole() {
  expect(sha256(await t.read('snapshots', t.hub.commit, weights))).toBe(sha256(file().data))
  expect((await t.tree()).filter((path) => path.includes('incomplete'))).toEqual([])
}

test('a connection that breaks off goes on where it stopped', async () => {
  weightsAnswer((n, response) => (n === 0 ? breakOff(response, file(), 100_000) : leave))
  const pulled = await t.pull()
  const [first, second] = t.hub.gets(weights).map((s) => s.headers)
  expect([first!.range, first!['if-range']]).toEqual([undefined, undefined])
  const start = Number(/^bytes=(\d+)-$/.exec(second!.range!)![1])
  expect(start).toBeGreaterThan(0)
  expect(start).toBeLessThanOrEqual(100_000)
  expect(second!['if-range']).toBe(`"${etagOf(file())}"`)
  expect(pulled.fetched).toBe(300_022)
  await expectWhole()
})

test('a later pull goes on from an earlier one that gave up', async () => {
  weightsAnswer((_, response) => breakOff(response, file(), 100_000))
  expect(await t.fails({ attempts: 1 })).toMatchObject({ code: 'hub/unreachable' })
  expect(await t.tree()).not.toContain('refs/main')
  const had = await begun()
  weightsAnswer(() => leave)
  const events: ProgressEvent[] = []
  const pulled = await t.pull({ progress: (event) => events.push(event) })
  expect(t.hub.gets(weights).at(-1)!.headers.range).toBe(`bytes=${had}-`)
  expect(pulled.fetched).toBe(300_000 - had)
  expect(events[0]!.done).toBe(Math.round((had / 2 ** 20) * 10) / 10)
  await expectWhole()
})

test('a server that promises too much is held to the list', async () => {
  weightsAnswer((_, response) => {
    response.writeHead(200, { 'content-length': 400_000 }).write(file().data)
  })
  await t.pull({ stallTimeout: 2000 })
  await expectWhole()
})

test('a server that promises too little is asked for the rest', async () => {
  weightsAnswer((n, response) => {
    if (n > 0) return leave
    response.writeHead(200, { 'content-length': 90_000 }).end(file().data.subarray(0, 90_000))
  })
  await t.pull()
  expect(t.hub.gets(weights)[1]!.headers.range).toBe('bytes=90000-')
  await expectWhole()
})

test('a server that always ends early is given up', async () => {
  weightsAnswer((_, response, range) => {
    if (range) response.writeHead(206, { 'content-range': `bytes ${range.slice(6)}299999/300000` }).end()
    else response.writeHead(200).end(file().data.subarray(0, 1000))
  })
  expect(await t.fails({ attempts: 3 })).toMatchObject({
    code: 'hub/broken-off',
    message: 'the server ended after 1000 of 300000 bytes',
  })
  expect(t.hub.gets(weights).length).toBe(3)
})

test('bytes after those listed are left away where a checksum vouches for the rest, and no file where none does', async () => {
  const longer = Buffer.concat([file().data, Buffer.from('more')])
  weightsAnswer((_, response) => response.end(longer))
  await t.pull()
  await expectWhole()
  t.hub.commit = 'd'.repeat(40)
  t.hub.listing = ({ sha }) => ({ sha, siblings: [{ rfilename: weights }] })
  t.hub.before = (request, response) => {
    if (!request.url!.endsWith(`/${weights}`)) return false
    response.writeHead(200, { etag: '"made-up"', 'content-length': request.method === 'HEAD' ? 300_000 : 300_004 })
    response.end(request.method === 'HEAD' ? undefined : longer)
    return true
  }
  expect(await t.fails()).toMatchObject({
    code: 'hub/wrong-size',
    message: 'the server sends more than the 300000 bytes listed',
  })
  expect((await t.tree()).filter((path) => path.includes('made-up'))).toEqual([])
})

test('other bytes than listed are thrown away, fetched once more, and then an error', async () => {
  weightsAnswer((_, response) => response.end(bytesOf(300_000, 99)))
  const error = await t.fails()
  expect(error).toMatchObject({ code: 'hub/checksum' })
  expect(error.message).toContain(`the sha256 of what came is ${sha256(bytesOf(300_000, 99))}`)
  expect(t.hub.gets(weights).length).toBe(2)
  expect((await t.tree()).filter((path) => !path.includes(etagOf(t.hub.files['config.json']!)))).toEqual([])
})

test("a small file's hash of git is held against it too", async () => {
  t.hub.before = (request, response) => {
    if (request.url!.endsWith('/config.json')) response.end('{"model_type":"CLIP"}\n')
    return response.writableEnded
  }
  expect(await t.fails()).toMatchObject({ code: 'hub/checksum' })
})

test('bytes that were spoilt on the disk are found and fetched anew', async () => {
  weightsAnswer((_, response) => breakOff(response, file(), 100_000))
  await t.fails({ attempts: 1 })
  const part = await open(incompletePath(blobPath()), 'r+')
  await part.write(Buffer.alloc(10), 0, 10, 500)
  await part.close()
  weightsAnswer(() => leave)
  await t.pull()
  expect(t.hub.gets(weights).at(-1)!.headers.range).toBeUndefined()
  await expectWhole()
})

test('a server that ignores the range sends everything, and it is taken from the start', async () => {
  weightsAnswer((n, response) => {
    if (n === 0) breakOff(response, file(), 100_000)
    else response.writeHead(200, { 'content-length': 300_000 }).end(file().data)
  })
  await t.pull()
  expect(t.hub.gets(weights)[1]!.headers.range).toBeDefined()
  await expectWhole()
})

test('a server that sends another range is asked for everything', async () => {
  weightsAnswer((n, response, range) => {
    if (n === 0) breakOff(response, file(), 100_000)
    else if (range) response.writeHead(206, { 'content-range': 'bytes 0-9/300000' }).end(file().data.subarray(0, 10))
    else return leave
  })
  await t.pull()
  expect(t.hub.gets(weights)[2]!.headers.range).toBeUndefined()
  await expectWhole()
})

test('a file that changed between two pulls starts over', async () => {
  weightsAnswer((_, response) => breakOff(response, file(), 100_000))
  await t.fails({ attempts: 1 })
  weightsAnswer(() => leave)
  t.hub.files[weights] = { data: bytesOf(200_000, 7), lfs: true }
  t.hub.commit = 'd'.repeat(40)
  await t.pull()
  expect(t.hub.gets(weights).at(-1)!.headers.range).toBeUndefined()
  expect(await t.read('snapshots', t.hub.commit, weights)).toEqual(bytesOf(200_000, 7))
})

test('a file that changes within a pull is listed anew', async () => {
  weightsAnswer((n, response) => {
    if (n > 0) return leave
    breakOff(response, file(), 100_000)
    t.hub.files[weights] = { data: bytesOf(200_000, 7), lfs: true }
  })
  await t.pull()
  expect(t.hub.server.asked('/api/models/').length).toBe(2)
  expect(await t.read('snapshots', t.hub.commit, weights)).toEqual(bytesOf(200_000, 7))
})

test('a server that stalls is asked again for the rest', async () => {
  weightsAnswer((n, response) => {
    if (n > 0) return leave
    response.writeHead(200, { 'content-length': 300_000 }).write(file().data.subarray(0, 5000))
  })
  await t.pull({ stallTimeout: 150 })
  expect(t.hub.gets(weights)[1]!.headers.range).toBe('bytes=5000-')
  await expectWhole()
})

test('429 and 503 are tried again after the time that the server says', async () => {
  const waits: number[] = []
  const notes: (string | undefined)[] = []
  weightsAnswer((n, response) => {
    if (n === 0) json(response, 429, {}, { 'retry-after': '3' })
    else if (n === 1) json(response, 503, {})
    else return leave
  })
  await t.pull({ wait: async (ms) => void waits.push(ms), progress: ({ note }) => notes.push(note) })
  expect(waits[0]).toBe(3000)
  expect(waits[1]).toBeGreaterThanOrEqual(1500)
  expect(notes).toContain('again in 3 s: the hub asks for fewer requests')
  await expectWhole()
})

test('the list is tried again too', async () => {
  let n = 0
  t.hub.before = (request, response) => {
    if (!request.url!.startsWith('/api/') || n++ > 0) return false
    json(response, 502, {})
    return true
  }
  await t.pull()
  await expectWhole()
})

test('an interruption keeps what has come', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  weightsAnswer((_, response) => response.writeHead(200).write(file().data.subarray(0, 50_000)))
  const pulling = t.fails({ signal: controller.signal })
  while ((await begun().catch(() => 0)) < 50_000) await pause(5)
  controller.abort(reason)
  expect(await pulling).toBe(reason)
  expect(await begun()).toBe(50_000)
  weightsAnswer(() => leave)
  await t.pull()
  expect(t.hub.gets(weights).at(-1)!.headers.range).toBe('bytes=50000-')
  await expectWhole()
})

test('large files come from another host, and go on there', async () => {
  let n = 0
  const store = await t.serve(() => (request, response) => {
    if (n++ === 0) breakOff(response, file(), 100_000)
    else sendFile(request, response, file())
  })
  weightsAnswer((_, response) => {
    const etag = `"${etagOf(file())}"`
    response.writeHead(302, { location: `${store.url}/x?Signature=private`, 'x-linked-etag': etag, etag: '"pointer"' })
    response.end()
  })
  await t.pull({ env: { HF_TOKEN: 'hf_secret' } })
  expect(store.seen.map((s) => [s.headers.authorization, s.headers.range !== undefined])).toEqual([
    [undefined, false],
    [undefined, true],
  ])
  expect(t.hub.gets(weights)[0]!.headers.authorization).toBe('Bearer hf_secret')
  await expectWhole()
})
