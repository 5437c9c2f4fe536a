import { HubFault } from './fault.js'

/** The proxy for an address of this kind, as the environment names it: `https_proxy`, `HTTPS_PROXY`, ... */
export function proxyFor(protocol: 'http' | 'https', env: NodeJS.ProcessEnv = process.env): URL | undefined {
  const name = [`${protocol}_proxy`, `${protocol.toUpperCase()}_PROXY`].find((name) => env[name])
  if (name === undefined) return undefined
  const text = env[name]!.includes('://') ? env[name]! : `http://${env[name]}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== '') return url
  throw new HubFault('hub/bad-proxy', 'the address of the proxy is not one of http or https', {
    where: name,
    cure: 'it is like http://proxy.example:3128',
  })
}

/** `fetch`, through the proxies that the environment names; hosts in `NO_PROXY` are asked directly. */
export async function fetchThroughProxy(env: NodeJS.ProcessEnv = process.env): Promise<typeof fetch> {
  const [httpProxy, httpsProxy] = [proxyFor('http', env)?.href, proxyFor('https', env)?.href]
  if (!httpProxy && !httpsProxy) return fetch
  const undici = await import('undici')
  const dispatcher = new undici.EnvHttpProxyAgent({
    httpProxy: httpProxy ?? '',
    httpsProxy: httpsProxy ?? '',
    noProxy: env.no_proxy || env.NO_PROXY || '',
  })
  // Node's fetch is undici's, of another version: what differs in their types is not used here.
  const through = undici.fetch as unknown as (input: unknown, init: object) => Promise<Response>
  return (input, init) => through(input, { ...init, dispatcher })
}
