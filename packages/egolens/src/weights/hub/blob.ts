import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type DiskFile, disk } from '../../files/disk.js'
import { writeAll } from '../../files.js'
import { HubFault, shown } from './fault.js'
import type { Checksum } from './listing.js'
import { type Asked, refusal } from './refusal.js'
import { type Connection, type Reply, send } from './request.js'
import { type Patience, withRetries } from './retry.js'
import { noSpace } from './space.js'

/** A file's content as it is to be on the disk. */
export interface Blob {
  /** Where to ask for it. */
  address: string
  /** Its name in the cache: the hub's ETag without quotes. */
  etag: string
  bytes: number
  /** Undefined where the server gives none: then only the length is held against it. */
  checksum?: Checksum
}

/** What has come of a blob stands here until it is whole; a later pull goes on from it. */
export const incompletePath = (path: string): string => `${path}.egolens.incomplete`

/**
 * Fetches a blob to `path`: goes on where an earlier try ended, makes sure of length and checksum of what is on the
 * disk, and puts it in its place at once. What turns out wrong is thrown away and fetched anew, once.
 *
 * @param arrived told, after each piece, of the bytes that are there and of those that have just come
 * @throws HubFault `hub/checksum`, `hub/wrong-size`, `hub/changed`, `hub/no-space` and those of the connection
 */
export async function fetchBlob(
  blob: Blob,
  path: string,
  connection: Connection,
  patience: Patience,
  asked: Asked,
  arrived: (bytes: number, fresh: number) => void,
): Promise<void> {
  await disk().makeDirectory(dirname(path))
  const part = incompletePath(path)
  let received = 0
  const work = () =>
    fetchRest(blob, part, connection, asked, (bytes, fresh) => {
      received += fresh
      arrived(bytes, fresh)
    })
  for (let spoiled = false; ; spoiled = true) {
    await withRetries(work, patience, () => received)
    const fault = await examine(blob, part, connection.signal)
    if (fault === undefined) break
    await disk().remove(part)
    if (spoiled) throw fault
    patience.onRetry?.(fault, 0)
  }
  try {
    await disk().rename(part, path)
    await disk().syncDirectory(dirname(path))
  } catch (error) {
    throw diskFault(error, path)
  }
}

async function fetchRest(
  blob: Blob,
  part: string,
  connection: Connection,
  asked: Asked,
  arrived: (bytes: number, fresh: number) => void,
): Promise<void> {
  const have = await lengthOf(part)
  if (have > blob.bytes) await disk().remove(part)
  else if (have === blob.bytes && have > 0) return
  const start = have > blob.bytes ? 0 : have
  // Asking for nothing is an error in HTTP, so an empty file is made without asking.
  const reply = blob.bytes === 0 ? undefined : await ask(blob, start, connection)
  const from = reply === undefined ? 0 : await beginning(reply, blob, start, part, connection, asked)
  const file = await disk()
    .open(part, from > 0 ? 'r+' : 'w')
    .catch(async (error: unknown) => {
      await reply?.discard()
      throw diskFault(error, part)
    })
  try {
    if (reply) await store(reply, blob, file, from, arrived)
    await file.sync()
  } catch (error) {
    await reply?.discard()
    await file.close().catch(() => {})
    throw diskFault(error, part)
  }
  await file.close().catch((error: unknown) => {
    throw diskFault(error, part)
  })
}

const lengthOf = (path: string): Promise<number> =>
  stat(path).then(
    (s) => s.size,
    () => 0,
  )

function ask(blob: Blob, start: number, connection: Connection): Promise<Reply> {
  if (start === 0) return send(connection, blob.address)
  return send(connection, blob.address, { headers: { range: `bytes=${start}-`, 'if-range': `"${blob.etag}"` } })
}

/** Where the bytes of a reply belong: at the place asked for, or at 0 from a server that sends everything. */
async function beginning(
  reply: Reply,
  blob: Blob,
  start: number,
  part: string,
  connection: Connection,
  asked: Asked,
): Promise<number> {
  const { status, headers } = reply.response
  const where = shown(reply.url)
  const etag = etagOf(reply.hub)
  // An ETag of another kind, such as that of the pointer to a large file, says nothing.
  const comparable = etag !== undefined && isHash(etag) && etag.length === blob.etag.length
  if (status < 400 && comparable && etag !== blob.etag) {
    await reply.discard()
    throw new HubFault('hub/changed', 'the file has changed since it was listed', { where, cure: 'pull again' })
  }
  if (status === 200) return 0
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '')
  const fits = range && Number(range[1]) === start && (range[3] === '*' || Number(range[3]) === blob.bytes)
  if (status === 206 && start > 0 && fits) return start
  if (status === 206 || status === 416) {
    await reply.discard()
    await disk().remove(part)
    throw new HubFault('hub/bad-reply', 'the server sends another part of the file than the one asked for', {
      where,
      transient: true,
    })
  }
  throw await refusal(reply, asked, connection)
}

async function store(
  reply: Reply,
  blob: Blob,
  file: DiskFile,
  from: number,
  arrived: (bytes: number, fresh: number) => void,
): Promise<void> {
  // With a checksum the bytes listed are judged by it, and a server that promises more need not be waited for.
  const limit = blob.checksum ? blob.bytes : blob.bytes + 1
  let position = from
  arrived(position, 0)
  for await (const chunk of reply.body()) {
    const taken = chunk.subarray(0, limit - position)
    // Every byte has its place, so that two writers of one blob cannot spoil each other's work.
    await writeAll(file, taken, position)
    position += taken.length
    arrived(Math.min(position, blob.bytes), taken.length)
    if (position >= limit) break
  }
  if (position < blob.bytes) {
    throw new HubFault('hub/broken-off', `the server ended after ${position} of ${blob.bytes} bytes`, {
      where: shown(reply.url),
      cure: 'the same command goes on from there',
      transient: true,
    })
  }
}

/** Undefined for a file that is what it should be. */
async function examine(blob: Blob, part: string, signal?: AbortSignal): Promise<HubFault | undefined> {
  const where = shown(blob.address)
  const cure = 'the server or something on the way changes the file; try another mirror (HF_ENDPOINT)'
  const bytes = await lengthOf(part)
  if (bytes !== blob.bytes) {
    const many = bytes > blob.bytes ? 'more' : 'fewer'
    return new HubFault('hub/wrong-size', `the server sends ${many} than the ${blob.bytes} bytes listed`, {
      where,
      cure,
    })
  }
  if (blob.checksum === undefined) return undefined
  const { kind, hex } = blob.checksum
  const found = await digest(part, kind, bytes, signal)
  if (found === hex) return undefined
  return new HubFault('hub/checksum', `the ${kind} of what came is ${found} and should be ${hex}`, { where, cure })
}

async function digest(path: string, kind: Checksum['kind'], bytes: number, signal?: AbortSignal): Promise<string> {
  const hash = kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted()
    hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}

/** The ETag that names a file's content on the hub, without quotes and without the mark of a weak one. */
export function etagOf(headers: Headers): string | undefined {
  const text = headers.get('x-linked-etag') ?? headers.get('etag')
  return text === null ? undefined : text.replace(/^W\//, '').replaceAll('"', '')
}

export const isHash = (etag: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(etag)

/** Errors of the disk in the user's words; others as they are. */
export function diskFault(error: unknown, part: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return noSpace(dirname(part), 'the disk is full')
  if (typeof code !== 'string' || !/^E(ACCES|PERM|ROFS|IO|ISDIR|NOTDIR|FBIG)$/.test(code)) return error
  return new HubFault('hub/unwritable', message, { where: part, cure: 'name a folder that is yours in HF_HOME' })
}
