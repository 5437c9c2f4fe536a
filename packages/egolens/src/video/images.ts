import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
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
      for (const position of positions) yield await readFile(join(path, entries[position]!.name))
    },
  }
}

/** The same for a tar; images may lie in folders inside of it. */
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
        for (const position of positions) yield await readAt(file, entries[position]!.offset, entries[position]!.size)
      } finally {
        await file.close()
      }
    },
  }
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
