import { HubFault, quoted, shown } from './fault.js'

/** What every request of a pull shares. */
export interface Connection {
  /** Without a slash at the end. */
  endpoint: string
  token(): string | undefined
  fetch: typeof fetch
  /** Milliseconds without a byte after which a server is given up. */
  stallTimeout: number
  signal?: AbortSignal
}

/** A response whose body has not been read. */
export interface Reply {
  response: Response
  /** Headers of the hub's own answers, the last one's first, before it sent us to a host that stores files. */
  hub: Headers
  url: URL
  /** The body piece by piece; a silence longer than the stall timeout is an error. */
  body(): AsyncGenerator<Uint8Array>
  /** Ends the connection without reading on. */
  discard(): Promise<void>
}

const maxRedirects = 10

/**
 * Sends a request and follows redirects by hand: the token and `If-Range` are for the hub's own host and are not sent
 * on to another, and a connection that began encrypted stays so.
 *
 * @param follow `own-host`: an answer that points at another host is the reply
 * @throws HubFault `hub/unreachable`, `hub/stalled`, `hub/redirect`; the signal's reason
 */
export async function send(
  connection: Connection,
  address: string,
  options: { method?: 'GET' | 'HEAD'; headers?: Record<string, string>; follow?: 'all' | 'own-host' } = {},
): Promise<Reply> {
  const { method = 'GET', follow = 'all' } = options
  const watch = watchdog(connection)
  const home = new URL(connection.endpoint).origin
  let url = new URL(address)
  const hub = new Headers()
  let away = false
  try {
    for (let hop = 0; hop <= maxRedirects; hop++) {
      away ||= url.origin !== home
      const headers = headersFor(connection, options.headers ?? {}, away)
      const response = await connection.fetch(url.href, { method, headers, redirect: 'manual', signal: watch.signal })
      watch.alive()
      if (!away) for (const [name, value] of response.headers) hub.set(name, value)
      const next = target(response, url)
      if (next === undefined || (follow === 'own-host' && next.origin !== home)) {
        return reply(connection, watch, response, hub, url)
      }
      await response.body?.cancel()
      url = next
    }
    throw new HubFault('hub/redirect', `redirected more than ${maxRedirects} times`, { where: shown(address) })
  } catch (error) {
    watch.end()
    throw asFault(error, watch, connection, url)
  }
}

function headersFor(connection: Connection, given: Record<string, string>, away: boolean): Headers {
  const headers = new Headers({ 'user-agent': 'egolens', ...given })
  // Lengths are of the file itself, so nothing may be compressed on the way; with a range fetch says so by itself.
  if (!headers.has('range')) headers.set('accept-encoding', 'identity')
  const token = connection.token()
  if (token !== undefined && !away) headers.set('authorization', `Bearer ${token}`)
  if (away) headers.delete('if-range')
  return headers
}

function target(response: Response, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined
  const location = response.headers.get('location') ?? ''
  const next = location !== '' && URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (next === undefined || !/^https?:$/.test(next.protocol)) {
    throw new HubFault('hub/redirect', 'redirected to no web address', { where: shown(from) })
  }
  if (from.protocol === 'https:' && next.protocol === 'http:') {
    throw new HubFault('hub/redirect', `redirected from an encrypted address to ${next.origin}`, { where: shown(from) })
  }
  return next
}

function reply(connection: Connection, watch: Watchdog, response: Response, hub: Headers, url: URL): Reply {
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response.body ?? []) {
        watch.alive()
        yield chunk as Uint8Array
        // Time that our own disk takes is not the server's.
        watch.alive()
      }
    } catch (error) {
      throw asFault(error, watch, connection, url)
    } finally {
      watch.end()
    }
  }
  const discard = async () => {
    watch.end()
    await response.body?.cancel().catch(() => {})
  }
  return { response, hub, url, body, discard }
}

interface Watchdog {
  signal: AbortSignal
  stalled(): boolean
  alive(): void
  end(): void
}

function watchdog({ stallTimeout, signal }: Connection): Watchdog {
  signal?.throwIfAborted()
  const controller = new AbortController()
  let stalled = false
  const bark = () => {
    stalled = true
    controller.abort()
  }
  let timer = setTimeout(bark, stallTimeout)
  const stop = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  return {
    signal: controller.signal,
    stalled: () => stalled,
    alive() {
      clearTimeout(timer)
      timer = setTimeout(bark, stallTimeout)
    },
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    },
  }
}

function asFault(error: unknown, watch: Watchdog, connection: Connection, url: URL): unknown {
  if (error instanceof HubFault) return error
  if (connection.signal?.aborted) return connection.signal.reason
  const where = shown(url)
  if (watch.stalled()) {
    const seconds = connection.stallTimeout / 1000
    return new HubFault('hub/stalled', `no byte came for ${seconds} s`, {
      where,
      cure: 'the same command goes on where it stopped',
      transient: true,
    })
  }
  const reason = reasonOf(error)
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(reason.code)
  return new HubFault('hub/unreachable', `the connection failed: ${quoted(reason.text, connection.token())}`, {
    where,
    cure: certificate
      ? 'name your own certificate authority in NODE_EXTRA_CA_CERTS'
      : 'look at the network; HF_ENDPOINT names a mirror, HTTPS_PROXY a proxy',
    transient: !certificate && reason.code !== 'ENOTFOUND',
  })
}

/** The innermost cause says what happened: "fetch failed" says nothing. */
function reasonOf(error: unknown): { code: string; text: string } {
  let inner = error
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause
  const { code } = inner as { code?: unknown }
  const text = inner instanceof Error ? inner.message : String(inner)
  return { code: String(code ?? ''), text: text || String(code ?? 'unknown') }
}
