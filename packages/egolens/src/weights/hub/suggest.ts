import { z } from 'zod'
import { nearest } from '../../errors.js'
import { cachedModels } from '../cache.js'
import { HubFault, quoted } from './fault.js'
import { type Connection, send } from './request.js'

const found = z.array(z.object({ id: z.string().max(200) })).max(1000)

/** Adds names that are near to the error of a model that is not there: those of its owner, and those in the cache. */
export async function withSuggestions(
  fault: HubFault,
  name: string,
  connection: Connection,
  cache: string,
): Promise<HubFault> {
  const similar = nearest(name, new Set([...(await cachedModels(cache)), ...(await ofOwner(name, connection))]))
  if (similar.length === 0 || similar.includes(name)) return fault
  const meant = similar.map((other) => quoted(other)).join(', ')
  return new HubFault('hub/not-found', `${fault.message}; near are ${meant}`, {
    ...(fault.cure === undefined ? {} : { cure: fault.cure }),
  })
}

async function ofOwner(name: string, connection: Connection): Promise<string[]> {
  const [owner, model] = name.split('/')
  if (model === undefined) return []
  try {
    const query = new URLSearchParams({ author: owner!, limit: '200' })
    const reply = await send(connection, `${connection.endpoint}/api/models?${query}`)
    if (reply.response.status !== 200) {
      await reply.discard()
      return []
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of reply.body()) {
      chunks.push(chunk)
      if (chunks.length > 1000) return []
    }
    const parsed = found.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    return parsed.success ? parsed.data.map((m) => m.id) : []
  } catch {
    // Suggestions are a courtesy; the error itself is on its way.
    connection.signal?.throwIfAborted()
    return []
  }
}
