import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const VIDEO = /\.(mp4|m4v|mov|mkv|webm|avi|mpg|mpeg|ts|mts|m2ts|wmv|flv|3gp|ogv)$/i
const IMAGE = /\d\.(jpe?g|png)$/i
/** Folders that hold what was made of a dataset. */
const NOT_DATA = /^(\..*|node_modules|features|runs|gates|boxes|hand-objects|detections)$/i

/**
 * The videos under a folder, as absolute paths in order: files with a video's extension, tars that are named like one
 * (`P01_01.tar`), folders with numbered images.
 */
export async function listSources(dir: string): Promise<string[]> {
  const found: string[] = []
  await walk(resolve(dir), 0, found)
  return found.sort()
}

async function walk(folder: string, depth: number, found: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const images = entries.filter((entry) => entry.isFile() && IMAGE.test(entry.name)).length
  if (images >= 2 && depth > 0) found.push(folder)
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (depth < 8 && !NOT_DATA.test(entry.name)) await walk(path, depth + 1, found)
    } else if (!entry.name.startsWith('.') && (VIDEO.test(entry.name) || /^[^.]+\.tar$/i.test(entry.name))) {
      found.push(path)
    }
  }
}
