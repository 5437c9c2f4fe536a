import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hubCache, hubHome } from '../cache.js'
import { HubFault } from './fault.js'

/** Where a hub is and how it is asked, from the variables that other tools read too. */
export interface HubSettings {
  /** Without a slash at the end: `https://huggingface.co`. */
  endpoint: string
  cache: string
  /** True where no connection may be made. */
  offline: boolean
  /** A function, so that the token is in no printed or serialised object. */
  token(): string | undefined
}

/**
 * Reads `HF_ENDPOINT`, `HF_HOME`, `HF_HUB_CACHE`, `HF_HUB_OFFLINE`, `HF_TOKEN` and the token file.
 *
 * @throws HubFault `hub/bad-endpoint`, `hub/bad-token`
 */
export async function hubSettings(
  given: { endpoint?: string; cache?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<HubSettings> {
  const env = given.env ?? process.env
  const token = await readToken(env)
  return {
    endpoint: checkEndpoint(given.endpoint ?? (env.HF_ENDPOINT || 'https://huggingface.co')),
    cache: given.cache ?? hubCache(env),
    offline: isTrue(env.HF_HUB_OFFLINE) || isTrue(env.TRANSFORMERS_OFFLINE),
    token: () => token,
  }
}

const isTrue = (value: string | undefined): boolean => /^(1|on|yes|true)$/i.test(value ?? '')

function checkEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new HubFault('hub/bad-endpoint', "the hub's address is not one of http or https", {
      where: 'HF_ENDPOINT or --endpoint',
      cure: 'it is like https://huggingface.co or https://mirror.example/hub',
    })
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new HubFault('hub/bad-endpoint', "the hub's address holds a user, a password or a query", {
      where: 'HF_ENDPOINT or --endpoint',
      cure: 'give host and path alone; HF_TOKEN is for signing in',
    })
  }
  return url.href.replace(/\/+$/, '')
}

async function readToken(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const path = env.HF_TOKEN_PATH || join(hubHome(env), 'token')
  const named = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN
  if (!named && isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN)) return undefined
  const token = (named || (await readFile(path, 'utf8').catch(() => ''))).trim()
  if (token === '') return undefined
  // What no header can carry would be told, whole, by the error of the HTTP client.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new HubFault('hub/bad-token', 'the token holds blanks, line breaks or letters that no token has', {
      where: named ? 'HF_TOKEN' : path,
      cure: 'copy it again, it is one word such as hf_...',
    })
  }
  return token
}
