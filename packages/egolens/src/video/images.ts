import { constants } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { EgoLensError } from '../errors.js'
import { readAt, tarEntries } from './tar.js'

/** The numbered images of a folder or a tar in the order of their numbers. */
export interface ImageSequence {
  codec: 'jpeg' | 'png'
  numbers: number[]
  names: string[]
  /** The bytes of the images at these positions, one after another. */
  read(positions: readonly number[]): AsyncGenerator<Uint8Array>
}

interface Entry {
  name: string
  number: number
  codec: 'jpeg' | 'png'
}

/** A compressed picture of `MAX_PIXELS` has no more bytes than this. */
const MAX_IMAGE = 2 ** 28
const IMAGE = /^(?:.*\/)?[^/]*?(\d+)\.(jpe?g|png)$/i

/** Throws `video/no-images` for a folder without images and `video/mixed-images` for two series in one place. */
export async function folderImages(path: string): Promise<ImageSequence> {
  const entries = sorted(
    (await readdir(path)).flatMap((name) => parse(name) ?? []),
    path,
  )
  return {
    ...summary(entries),
    async *read(positions) {
      for (const position of positions) {
        const { name, codec } = entries[position]!
        yield wholeImage(await readImage(join(path, name)), codec, join(path, name))
      }
    },
  }
}

/** A single image, of what its first bytes say it is. */
export async function oneImage(path: string): Promise<ImageSequence> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0).finally(() => file.close())
  const codec = buffer.toString('latin1') === '\x89PNG' ? 'png' : 'jpeg'
  return {
    codec,
    numbers: [0],
    names: [basename(path)],
    async *read(positions) {
      for (const _ of positions) yield wholeImage(await readImage(path), codec, path)
    },
  }
}

/** The same as `folderImages` for a tar; images may lie in folders inside of it. */
export async function tarImages(path: string): Promise<ImageSequence> {
  const found: (Entry & { offset: number; size: number })[] = []
  for await (const { name, offset, size } of tarEntries(path)) {
    const entry = parse(name)
    if (entry) found.push({ ...entry, offset, size })
  }
  const entries = sorted(found, path)
  return {
    ...summary(entries),
    async *read(positions) {
      const file = await open(path, 'r')
      try {
        for (const position of positions) {
          const { name, codec, offset, size } = entries[position]!
          if (size > MAX_IMAGE) throw notAnImage(`${path}: ${name}`)
          yield wholeImage(await readAt(file, offset, size), codec, `${path}: ${name}`)
        }
      } finally {
        await file.close()
      }
    },
  }
}

/** Opened without waiting, since a pipe that has the name of an image would be waited for without end. */
async function readImage(path: string): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    return await readWhole(file, path)
  } finally {
    await file.close()
  }
}

async function readWhole(file: FileHandle, path: string): Promise<Uint8Array> {
  const status = await file.stat()
  if (!status.isFile() || status.size > MAX_IMAGE) throw notAnImage(path)
  return file.readFile()
}

function notAnImage(path: string): EgoLensError {
  return new EgoLensError('video/not-an-image', 'not a regular file of at most 256 MiB', { where: path })
}

/** FFmpeg fills what is missing of a cut image with grey; the end of its bytes tells. */
function wholeImage(bytes: Uint8Array, codec: 'jpeg' | 'png', where: string): Uint8Array {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const begun = codec === 'png' ? data.indexOf('IDAT', 0, 'latin1') : data.lastIndexOf(Buffer.from([0xff, 0xda]))
  const ended =
    codec === 'png' ? data.lastIndexOf('IEND', undefined, 'latin1') : data.lastIndexOf(Buffer.from([0xff, 0xd9]))
  if (begun >= 0 && ended < begun) {
    throw new EgoLensError('video/frame-missing', 'the image is cut off', { where, cure: 'extract the images again' })
  }
  return bytes
}

function parse(name: string): Entry | undefined {
  const match = IMAGE.exec(name)
  if (!match || /(^|\/)\./.test(name)) return undefined
  return { name, number: Number(match[1]), codec: match[2]!.toLowerCase() === 'png' ? 'png' : 'jpeg' }
}

function sorted<T extends Entry>(entries: T[], path: string): T[] {
  if (entries.length === 0) {
    throw new EgoLensError('video/no-images', 'no numbered images here', {
      where: path,
      cure: 'name them with a number before .jpg or .png, such as frame_0000000001.jpg',
    })
  }
  entries.sort((a, b) => a.number - b.number)
  for (let i = 1; i < entries.length; i++) {
    const [a, b] = [entries[i - 1]!, entries[i]!]
    if (a.number === b.number || a.codec !== b.codec) {
      throw new EgoLensError('video/mixed-images', `${a.name} and ${b.name} do not belong to one series`, {
        where: path,
        cure: 'keep one series of one image type in a folder or tar',
      })
    }
  }
  return entries
}

function summary(entries: Entry[]) {
  return {
    codec: entries[0]!.codec,
    numbers: entries.map((entry) => entry.number),
    names: entries.map((entry) => entry.name),
  }
}
