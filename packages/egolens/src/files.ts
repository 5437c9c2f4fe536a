import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { type DiskFile, disk } from './files/disk.js'
import { diskFault } from './files/fault.js'
import { runs } from './files/identity.js'

/** A file that is being written; `write` takes all of the bytes. */
export interface OutputFile {
  write(bytes: string | Uint8Array): Promise<void>
}

/**
 * Writes a file so that a reader sees the old content or the new, never a part.
 *
 * @throws EgoLensError `disk/full`, `disk/read-only`, `disk/failed`; the old content is then still there, unless it was
 * the last step that failed: making sure that the new one survives a power cut
 */
export async function writeAtomic(path: string, content: string | Uint8Array): Promise<void> {
  await replaceFile(path, (file) => file.write(content))
}

/** As writeAtomic, for what is written piece by piece: a temporary file beside it, fsync, rename, fsync of the directory. */
export async function replaceFile(path: string, write: (file: OutputFile) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path)
  try {
    await disk().makeDirectory(dirname(path))
    await writeFile(temporary, 'wx', async (file) => {
      await write(file)
      await file.sync()
    })
    await disk().rename(temporary, path)
    await disk().syncDirectory(dirname(path))
  } catch (error) {
    await removeQuietly(temporary)
    throw diskFault(error, path)
  }
}

/**
 * Makes a directory whose files appear all at once: `write` fills a temporary one beside it, which then gets the name.
 * The name must be free.
 *
 * @throws as writeAtomic
 */
export async function createDirectory(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryName(path)
  try {
    await disk().makeDirectory(temporary)
    await write(temporary)
    await disk().syncDirectory(temporary)
    await disk().rename(temporary, path)
    await disk().syncDirectory(dirname(path))
  } catch (error) {
    await removeQuietly(temporary)
    throw diskFault(error, path)
  }
}

/** Removes a file, for good before this comes back. */
export async function removeFile(path: string): Promise<void> {
  try {
    await disk().remove(path)
    await disk().syncDirectory(dirname(path))
  } catch (error) {
    throw diskFault(error, path)
  }
}

/** Removes a directory so that under its name there is all of it or nothing. */
export async function removeDirectory(path: string): Promise<void> {
  const aside = temporaryName(path)
  try {
    await disk().rename(path, aside)
    await disk().remove(aside)
  } catch (error) {
    throw diskFault(error, path)
  }
}

/** A file to which lines are added. A write that fails or is cut off may leave a part of its text at the end. */
export class Appender {
  private constructor(
    private readonly file: DiskFile,
    private readonly path: string,
  ) {}

  static async open(path: string): Promise<Appender> {
    try {
      return new Appender(await disk().open(path, 'a'), path)
    } catch (error) {
      throw diskFault(error, path)
    }
  }

  async write(text: string): Promise<void> {
    await this.#told(() => writeAll(this.file, text))
  }

  async sync(): Promise<void> {
    await this.#told(() => this.file.sync())
  }

  async close(): Promise<void> {
    await this.#told(() => this.file.close())
  }

  async #told(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) => {
      throw diskFault(error, this.path)
    })
  }
}

/** Bytes in one piece, however many the disk takes at a time. */
export async function writeAll(file: DiskFile, content: string | Uint8Array, position?: number): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  for (let done = 0; done < bytes.length; ) {
    done += await file.write(bytes.subarray(done), position === undefined ? undefined : position + done)
  }
}

/** Opens, writes and closes; of several errors the first is told. */
export async function writeFile(
  path: string,
  how: 'wx' | 'a',
  write: (file: OutputFile & Pick<DiskFile, 'sync'>) => Promise<void>,
): Promise<void> {
  const file = await disk().open(path, how)
  try {
    await write({ write: (bytes) => writeAll(file, bytes), sync: () => file.sync() })
  } catch (error) {
    await file.close().catch(() => {})
    throw error
  }
  await file.close()
}

export async function syncDirectory(path: string): Promise<void> {
  await disk().syncDirectory(path)
}

/** A name beside a file for what is not finished; it says who writes it, so that it can be cleared away. */
export function temporaryName(path: string): string {
  const writer = `${hostname()}.${process.pid}.${randomBytes(4).toString('hex')}`
  return join(dirname(path), `.${basename(path)}.${writer}.tmp`)
}

/** Removes what processes of this machine that are gone have left unfinished in a directory. */
export async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [] as string[])) {
    const unfinished = /\.(\d+)\.[0-9a-f]{8}\.tmp$/.exec(name)
    if (!unfinished || !name.slice(0, unfinished.index).endsWith(`.${hostname()}`)) continue
    if (!runs({ pid: Number(unfinished[1]) })) await removeQuietly(join(directory, name))
  }
}

/** The error that led here is worth more than one of clearing up. */
async function removeQuietly(path: string): Promise<void> {
  await disk()
    .remove(path)
    .catch(() => {})
}

export { readJson } from './files/read.js'
