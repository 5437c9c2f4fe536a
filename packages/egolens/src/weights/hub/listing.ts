import { z } from 'zod'
import { HubFault, shown } from './fault.js'
import { type Asked, refusal } from './refusal.js'
import { type Connection, type Reply, send } from './request.js'

/** How the content of a file is known: LFS files by sha256, others by git's hash of a blob. */
export interface Checksum {
  kind: 'sha256' | 'git-sha1'
  hex: string
}

/** A file of a repository. */
export interface RemoteFile {
  /** Path in the repository, as it is listed: check it before it is used on a disk. */
  path: string
  bytes?: number
  checksum?: Checksum
}

/** A repository at one commit. */
export interface Listing {
  commit: string
  files: RemoteFile[]
}

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`))
const size = z.number().int().nonnegative()

const reply = z.object({
  sha: hex(40),
  siblings: z.array(
    z.object({
      rfilename: z.string(),
      size: size.nullish(),
      blobId: hex(40).nullish(),
      lfs: z.object({ sha256: hex(64), size: size.nullish() }).nullish(),
    }),
  ),
})

/** A list of files is never larger than this. */
const longest = 64 << 20

/**
 * Asks a hub for the files of a model at a revision.
 *
 * @throws HubFault `hub/not-found`, `hub/unknown-revision`, `hub/bad-reply` and those of the connection
 */
export async function listFiles(connection: Connection, asked: Asked): Promise<Listing> {
  const revision = encodeURIComponent(asked.revision)
  const address = `${connection.endpoint}/api/models/${asked.name}/revision/${revision}?blobs=true`
  const answer = await send(connection, address)
  if (answer.response.status !== 200) throw await refusal(answer, asked, connection)
  const parsed = reply.safeParse(await readJson(answer))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw notAHub(answer, `its list of files is not one at ${issue?.path.join('.') || 'the top'}`)
  }
  const files = parsed.data.siblings.map((s): RemoteFile => {
    const bytes = s.lfs?.size ?? s.size ?? undefined
    const checksum: Checksum | undefined = s.lfs
      ? { kind: 'sha256', hex: s.lfs.sha256 }
      : s.blobId
        ? { kind: 'git-sha1', hex: s.blobId }
        : undefined
    return { path: s.rfilename, ...(bytes === undefined ? {} : { bytes }), ...(checksum ? { checksum } : {}) }
  })
  return { commit: parsed.data.sha, files }
}

async function readJson(answer: Reply): Promise<unknown> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of answer.body()) {
    chunks.push(chunk)
    length += chunk.length
    if (length > longest) throw notAHub(answer, `its list of files is longer than ${longest} bytes`)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw notAHub(answer, 'it answers with something else than JSON')
  }
}

function notAHub(answer: Reply, why: string): HubFault {
  return new HubFault('hub/bad-reply', `the server does not speak as a hub: ${why}`, {
    where: shown(answer.url),
    cure: 'HF_ENDPOINT or --endpoint name a hub; a sign-in page of a network looks like this too',
  })
}
