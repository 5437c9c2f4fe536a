import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { withLock } from '../files/lock.js'
import { readIfThere } from '../files/read.js'
import { writeAtomic } from '../files.js'
import { contentHash } from '../video/index.js'

const entries = z.record(z.string(), z.object({ size: z.number(), mtime: z.number(), hash: z.string() }))
type Entries = z.infer<typeof entries>

/** Content hashes of sources, remembered by path, size and time of change, in a JSON file. */
export class SourceHashes {
  readonly #added: Entries = {}

  private constructor(
    private readonly path: string,
    private readonly known: Entries,
  ) {}

  static async open(path: string): Promise<SourceHashes> {
    return new SourceHashes(path, await readEntries(path))
  }

  /**
   * sha256 of a source's bytes, as hex. A folder is always read again, since its own time of change does not tell
   * of its files'.
   *
   * @throws EgoLensError `video/not-found`
   */
  async hash(source: string): Promise<string> {
    const path = resolve(source)
    const status = await stat(path).catch(() => undefined)
    if (!status?.isFile()) return contentHash(source)
    const [size, mtime] = [status.size, status.mtimeMs]
    const old = this.known[path]
    if (old && old.size === size && old.mtime === mtime) return old.hash
    const hash = await contentHash(path)
    this.known[path] = { size, mtime, hash }
    this.#added[path] = { size, mtime, hash }
    return hash
  }

  /** Writes what was learned since the last call, joined with what other processes wrote. */
  async flush(): Promise<void> {
    if (Object.keys(this.#added).length === 0) return
    await withLock(`${this.path}.lock`, async () => {
      const all = { ...(await readEntries(this.path)), ...this.#added }
      await writeAtomic(this.path, `${JSON.stringify(all, null, 1)}\n`)
    })
    for (const key of Object.keys(this.#added)) delete this.#added[key]
  }
}

// A cache: what is not there or damaged is made again. What the disk does not give is, and must not be written over.
async function readEntries(path: string): Promise<Entries> {
  const text = await readIfThere(path)
  try {
    return entries.parse(JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}
