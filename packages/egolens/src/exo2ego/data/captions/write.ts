import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { writeJsonl } from '../../../datasets/jsonl.js'
import { EgoLensError } from '../../../errors.js'
import { diskFault } from '../../../files/fault.js'
import { readFully, reading } from '../../../files/read.js'
import { type CaptionCounts, type CaptionOptions, openCaptions } from './read.js'
import type { Caption, Member } from './types.js'

export interface WriteCaptionsOptions extends CaptionOptions {
  /** The JSONL file. Paths in it start from its folder. */
  out: string
  /** Where pictures and videos of archives are written, each archive's in a folder of its name. */
  unpack?: string
}

/**
 * Writes captions of a data set as initialization reads them: lines of `{ media, start?, end?, caption }`.
 *
 * @returns what was read, and left out
 * @throws EgoLensError `dataset/packed-media` for media in archives without `unpack`, `dataset/unknown`, `disk/...`,
 * `file/unreadable`
 * @example await writeCaptions({ mapping: 'webvid', files: ['train.csv'], media: 'videos', out: 'captions.jsonl' })
 */
export async function writeCaptions({ out, unpack, ...options }: WriteCaptionsOptions): Promise<CaptionCounts> {
  const source = openCaptions(options)
  const folder = dirname(resolve(out))
  const records = async function* () {
    for await (const { media, member, ...rest } of source) {
      const file = member ? await unpacked(media, member, unpack) : media
      yield { media: relative(folder, resolve(file)).split(sep).join('/'), ...rest } satisfies Caption
    }
  }
  await writeJsonl(out, records())
  return source.counts
}

/** Writes a file of an archive. @returns its path */
async function unpacked(archive: string, { name, offset, size }: Member, into: string | undefined): Promise<string> {
  if (into === undefined) {
    throw new EgoLensError(
      'dataset/packed-media',
      'pictures and videos lie in an archive, where training cannot read them',
      {
        where: archive,
        cure: 'say by --unpack FOLDER where they are to be written',
      },
    )
  }
  const root = join(resolve(into), basename(archive).replace(/\.tar$/i, ''))
  const path = resolve(root, name)
  if (!path.startsWith(root + sep)) {
    throw new EgoLensError('dataset/outside-root', `"${name}" leads out of the folder of media`, { where: archive })
  }
  const bytes = await bytesOf(archive, offset, size)
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  } catch (error) {
    throw diskFault(error, path)
  }
  return path
}

async function bytesOf(archive: string, offset: number, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size)
  const filled = await reading(archive, (file) => readFully(file, bytes, offset))
  if (filled === size) return bytes
  throw new EgoLensError('file/truncated', `the file ends before byte ${offset + size}`, { where: archive })
}
