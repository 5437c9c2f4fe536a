import { HubFault, quoted, shown } from './fault.js'
import type { Connection, Reply } from './request.js'
import { retryAfter } from './retry.js'

/** What was asked for, for the message. */
export interface Asked {
  name: string
  revision: string
  file?: string
}

/** The error for an answer that is not the thing itself: what it means, and the cure. */
export async function refusal(reply: Reply, asked: Asked, connection: Connection): Promise<HubFault> {
  const { status, headers } = reply.response
  const said = await excuse(reply, connection.token())
  const where = shown(reply.url)
  const code = reply.hub.get('x-error-code') ?? ''
  if (status === 429 || status >= 500) {
    const wait = retryAfter(headers.get('retry-after'))
    const what = status === 429 ? 'the hub asks for fewer requests' : `the server fails with status ${status}`
    return new HubFault(status === 429 ? 'hub/rate-limited' : 'hub/server-error', `${what}${said}`, {
      where,
      cure: `try again ${wait ? `in ${Math.ceil(wait / 1000)} s` : 'later'}${status === 429 ? signIn(connection) : ''}`,
      transient: true,
      ...(wait === undefined ? {} : { retryAfter: wait }),
    })
  }
  if (reply.url.origin !== new URL(connection.endpoint).origin) {
    // Addresses of a storage host are signed for some minutes; asking the hub again gives a fresh one.
    const message = `the host that stores the file answers with status ${status}`
    return new HubFault('hub/server-error', message, { where, cure: 'try again later', transient: true })
  }
  if (code === 'GatedRepo') return gated(asked, connection)
  if (code === 'RevisionNotFound') return noRevision(asked, where)
  if (code === 'EntryNotFound') {
    return new HubFault('hub/not-found', `${asked.name} has no file ${asked.file ?? ''}`.trim(), { where })
  }
  if (status === 404 || (status === 401 && (code === 'RepoNotFound' || connection.token() === undefined))) {
    return notFound(asked, connection, status)
  }
  if (status === 401) {
    return new HubFault('hub/unauthorised', `the hub does not accept the token${said}`, {
      where,
      cure: 'make a new one in the settings of your account and set HF_TOKEN to it',
    })
  }
  if (status === 403) {
    return new HubFault('hub/forbidden', `the hub refuses ${asked.name}${said}`, {
      where,
      cure: `see ${page(asked, connection)}${signIn(connection)}`,
    })
  }
  return new HubFault('hub/bad-reply', `unexpected status ${status}${said}`, {
    where,
    cure: 'is this the address of a hub? HF_ENDPOINT or --endpoint name another',
  })
}

function gated(asked: Asked, connection: Connection): HubFault {
  const signedIn = connection.token() !== undefined
  const terms = `${signedIn ? 'with the account of your token' : 'signed in'}, accept its terms at ${page(asked, connection)}`
  return new HubFault('hub/gated', `${asked.name} is gated: its owner gives it to those who accept its terms`, {
    cure: signedIn ? terms : `${terms}, then set HF_TOKEN to a token of that account`,
  })
}

function noRevision(asked: Asked, where: string): HubFault {
  return new HubFault('hub/unknown-revision', `${asked.name} has no revision "${asked.revision}"`, {
    where,
    cure: 'main is the usual branch; a commit is written in full',
  })
}

function notFound(asked: Asked, connection: Connection, status: number): HubFault {
  // A hub says 401 for what is not there, so that nobody can find out the names of private models.
  const maybe = status === 401 || connection.token() === undefined ? ', or it is private' : ''
  return new HubFault('hub/not-found', `no model "${asked.name}" at ${connection.endpoint}${maybe}`, {
    cure: `look at the spelling${maybe ? '; for a private model set HF_TOKEN' : ' and at whose token it is'}`,
  })
}

const page = (asked: Asked, { endpoint }: Connection): string => `${endpoint}/${asked.name}`

const signIn = (connection: Connection): string => (connection.token() === undefined ? ', or set HF_TOKEN' : '')

const shortest = 4096

/** What the server says about it, after a colon. */
async function excuse(reply: Reply, token: string | undefined): Promise<string> {
  let text = reply.response.headers.get('x-error-message') ?? ''
  if (text === '' && /json/.test(reply.response.headers.get('content-type') ?? '')) {
    const start = await head(reply)
    text = /"error"\s*:\s*"([^"\\]*)/.exec(start)?.[1] ?? ''
  }
  await reply.discard()
  const line = quoted(text, token)
  return line === '' ? '' : `: ${line}`
}

async function head(reply: Reply): Promise<string> {
  let start = ''
  try {
    for await (const chunk of reply.body()) {
      start += Buffer.from(chunk).toString('latin1')
      if (start.length >= shortest) break
    }
  } catch {
    // The status says enough.
  }
  return start
}
