import { copyFile, mkdir, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { playable } from './preview.js'

/** Videos up to this size stand inside the page, so that one file can be sent around. */
const embedLimit = 8 * 1024 * 1024
const types: Record<string, string> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.webm': 'video/webm',
  '.mov': 'video/mp4',
}

interface Source {
  file: string
  frameRate?: number | undefined
}

/** What has a `src` in place of a file. */
export type Placed<T extends Source> = Omit<T, keyof Source> & { src: string }

/**
 * Gives each video a `src` that the page can play.
 * @param folder where larger files are copied to; its name is part of their address
 * @throws EgoLensError video/... naming the source
 */
export async function placeVideos<T extends Source>(videos: readonly T[], folder: string): Promise<Placed<T>[]> {
  const taken = new Set<string>()
  const placed: Placed<T>[] = []
  for (const [index, { file: source, frameRate, ...rest }] of videos.entries()) {
    const file = await playable(source, folder, `video-${index + 1}`, frameRate === undefined ? {} : { frameRate })
    const { size } = await stat(file)
    const type = types[extname(file).toLowerCase()] ?? 'video/mp4'
    if (size <= embedLimit) {
      placed.push({ ...rest, src: `data:${type};base64,${(await readFile(file)).toString('base64')}` })
      if (file !== source) await rm(file)
      continue
    }
    const name = file === source ? freeName(basename(file), taken) : basename(file)
    await mkdir(folder, { recursive: true })
    if (file === source) await copyFile(file, join(folder, name))
    placed.push({ ...rest, src: `${encodeURIComponent(basename(folder))}/${encodeURIComponent(name)}` })
  }
  await rmdir(folder).catch(() => {}) // stays where it holds videos
  return placed
}

function freeName(name: string, taken: Set<string>): string {
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length)
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${stem}-${n}${extension}`
  taken.add(free)
  return free
}
