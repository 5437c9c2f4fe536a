import { type Blob, etagOf, isHash } from './blob.js'
import { chooseFiles, type Wanted } from './choose.js'
import { HubFault, shown } from './fault.js'
import { listFiles, type RemoteFile } from './listing.js'
import { checkFilePath } from './names.js'
import { type Asked, refusal } from './refusal.js'
import { type Connection, send } from './request.js'
import { type Patience, withRetries } from './retry.js'

/** A file to be in the snapshot, with its content. */
export interface PlannedFile {
  path: string
  blob: Blob
}

/** What a pull brings: the files of one commit. */
export interface Plan {
  commit: string
  files: PlannedFile[]
}

/**
 * Lists a model's files, chooses those that are wanted, and finds the content of each. A mirror that lists neither
 * size nor checksum is asked for the headers of each file.
 *
 * @throws HubFault `hub/bad-file-name`, `hub/no-match`, `hub/no-weights`, `hub/bad-reply` and those of the connection
 */
export async function makePlan(
  asked: Asked,
  wanted: Wanted,
  connection: Connection,
  patience: Patience,
): Promise<Plan> {
  const { commit, files } = await withRetries(() => listFiles(connection, asked), patience)
  const listed = new Map(files.map((file) => [file.path, file]))
  const chosen = chooseFiles([...listed.keys()], wanted)
  for (const path of chosen) checkFilePath(path)
  const planned: PlannedFile[] = []
  for (const path of chosen) {
    const address = `${connection.endpoint}/${asked.name}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`
    const known = blobOf(listed.get(path)!, address)
    const find = () => describe(address, commit, { ...asked, file: path }, connection)
    planned.push({ path, blob: known ?? (await withRetries(find, patience)) })
  }
  return { commit, files: planned }
}

function blobOf({ bytes, checksum }: RemoteFile, address: string): Blob | undefined {
  if (bytes === undefined || checksum === undefined) return undefined
  return { address, etag: checksum.hex, bytes, checksum }
}

/** Size and ETag from the headers; a file that lies on another host has those of the hub's pointer to it. */
async function describe(address: string, commit: string, asked: Asked, connection: Connection): Promise<Blob> {
  const reply = await send(connection, address, { method: 'HEAD', follow: 'own-host' })
  const { status } = reply.response
  if (status >= 400) throw await refusal(reply, asked, connection)
  await reply.discard()
  const where = shown(address)
  const at = reply.hub.get('x-repo-commit')
  if (at !== null && at !== commit) {
    throw new HubFault('hub/bad-reply', `the server answers with another commit than ${commit}`, { where })
  }
  const length =
    reply.hub.get('x-linked-size') ?? (status === 200 ? reply.response.headers.get('content-length') : null)
  const etag = etagOf(reply.hub)
  if (etag === undefined || !/^[\w.-]{1,200}$/.test(etag) || /^\.+$/.test(etag) || !/^\d{1,15}$/.test(length ?? '')) {
    throw new HubFault('hub/bad-reply', 'the server tells no size or no usable ETag of this file', {
      where,
      cure: 'use another mirror (HF_ENDPOINT)',
    })
  }
  const kind = etag.length === 64 ? 'sha256' : 'git-sha1'
  return { address, etag, bytes: Number(length), ...(isHash(etag) ? { checksum: { kind, hex: etag } } : {}) }
}
