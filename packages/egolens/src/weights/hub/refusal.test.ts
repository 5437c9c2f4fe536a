import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { refusal } from './refusal.js'
import { type Connection, send } from './request.js'

const endpoint = 'https://hub.example'
const asked = { name: 'org/model', revision: 'v2', file: 'a.json' }

async function answered(status: number, headers: Record<string, string>, body: string | null, token?: string) {
  const connection: Connection = {
    endpoint,
    token: () => token,
    stallTimeout: 1000,
    fetch: (async () => new Response(body, { status, headers })) as typeof fetch,
  }
  return refusal(await send(connection, `${endpoint}/org/model?x=1`), asked, connection)
}

test('gated, without a token and with one', async () => {
  const headers = { 'x-error-code': 'GatedRepo' }
  expect((await answered(401, headers, null)).line).toBe(
    'org/model is gated: its owner gives it to those who accept its terms ' +
      '(signed in, accept its terms at https://hub.example/org/model, then set HF_TOKEN to a token of that account)',
  )
  expect(await answered(403, headers, null, 'hf_x')).toMatchObject({
    code: 'hub/gated',
    transient: false,
    cure: 'with the account of your token, accept its terms at https://hub.example/org/model',
  })
})

test('not there, or private', async () => {
  expect((await answered(401, { 'x-error-code': 'RepoNotFound' }, null)).line).toBe(
    'no model "org/model" at https://hub.example, or it is private ' +
      '(look at the spelling; for a private model set HF_TOKEN)',
  )
  expect((await answered(404, {}, null, 'hf_x')).line).toBe(
    'no model "org/model" at https://hub.example (look at the spelling and at whose token it is)',
  )
})

test('revision, file, token, other', async () => {
  expect(await answered(404, { 'x-error-code': 'RevisionNotFound' }, null)).toMatchObject({
    code: 'hub/unknown-revision',
    message: 'org/model has no revision "v2"',
  })
  expect((await answered(404, { 'x-error-code': 'EntryNotFound' }, null)).message).toBe('org/model has no file a.json')
  expect((await answered(401, {}, null, 'hf_x')).code).toBe('hub/unauthorised')
  expect((await answered(403, {}, null, 'hf_x')).code).toBe('hub/forbidden')
  expect((await answered(418, {}, null)).code).toBe('hub/bad-reply')
})

test('too many requests and failing servers may be asked again, when they say', async () => {
  expect(await answered(429, { 'retry-after': '9' }, null)).toMatchObject({
    code: 'hub/rate-limited',
    transient: true,
    retryAfter: 9000,
    cure: 'try again in 9 s, or set HF_TOKEN',
  })
  expect(await answered(503, {}, null)).toMatchObject({ code: 'hub/server-error', transient: true })
})

test('a server that repeats the token is not quoted with it', async () => {
  const body = JSON.stringify({ error: 'token hf_secret is old' })
  const fault = await answered(403, { 'content-type': 'application/json' }, body, 'hf_secret')
  expect(fault.message).toBe('the hub refuses org/model: token [token] is old')
  expect(inspect(fault, { depth: 9 })).not.toContain('hf_secret')
})

test('a storage host whose signed address has run out is asked for by the hub again', async () => {
  const answers = [
    new Response(null, { status: 302, headers: { location: 'https://store.example/x?sig=1' } }),
    new Response(null, { status: 403 }),
  ]
  const connection: Connection = {
    endpoint,
    token: () => undefined,
    stallTimeout: 1000,
    fetch: (async () => answers.shift()!) as typeof fetch,
  }
  expect(await refusal(await send(connection, `${endpoint}/x`), asked, connection)).toMatchObject({
    code: 'hub/server-error',
    transient: true,
    where: 'https://store.example/x',
  })
})
