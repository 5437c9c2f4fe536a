import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { EgoLensError } from '../errors.js'

/** A dataset's reader with what it is opened with. */
export interface Found {
  name: string
  root: string
  options: Record<string, unknown>
}

/** The file that a dataset cannot do without, by its reader; the readers look for it in these places themselves. */
const marks: Record<string, string[]> = {
  'epic-kitchens-100': ['.', 'annotations', 'epic-kitchens-100-annotations'].map((at) =>
    join(at, 'EPIC_100_verb_classes.csv'),
  ),
  'ego4d-fho-lta': ['.', 'annotations', 'v2/annotations'].map((at) => join(at, 'fho_lta_taxonomy.json')),
  egtea: ['.', 'action_annotation', 'annotations'].map((at) => join(at, 'verb_idx.txt')),
}

/**
 * The datasets of a folder: itself, else those in its sub-folders, else tables of own clips in it.
 *
 * @param dir a folder, or a table of own clips
 * @param name a reader that it is to be read with, whatever it looks like
 * @param options of the reader, over what is found
 */
export async function findDatasets(
  dir: string,
  name?: string,
  options: Record<string, unknown> = {},
): Promise<Found[]> {
  const status = await stat(dir).catch(() => undefined)
  if (!status) throw new EgoLensError('audit/not-found', 'there is no such folder', { where: dir })
  if (!status.isDirectory()) return [{ name: 'own', root: dirname(dir), options: { file: dir, ...options } }]
  if (name !== undefined && name !== 'own') return [{ name, root: dir, options: { root: dir, ...options } }]
  const folders = (await readdir(dir, { withFileTypes: true })).filter(
    (e) => e.isDirectory() && !e.name.startsWith('.'),
  )
  const here = name === 'own' ? [] : await published([dir], options)
  if (here.length > 0) return here
  const tables = await ownTables(dir, options)
  if (tables.length > 0) return tables
  if (name === 'own') {
    throw new EgoLensError('audit/no-table', 'no CSV, TSV or JSONL file with video, start and end', { where: dir })
  }
  return published(folders.map((entry) => join(dir, entry.name)).sort(), options)
}

async function published(roots: string[], options: Record<string, unknown>): Promise<Found[]> {
  const found: Found[] = []
  for (const root of roots) {
    for (const [name, files] of Object.entries(marks)) {
      const there = await Promise.all(files.map((file) => stat(join(root, file)).catch(() => undefined)))
      if (there.some((status) => status?.isFile())) found.push({ name, root, options: { root, ...options } })
    }
  }
  return found
}

async function ownTables(dir: string, options: Record<string, unknown>): Promise<Found[]> {
  const found: Found[] = []
  for (const entry of (await readdir(dir, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = join(dir, entry.name)
    if (!entry.isFile() || !/^\.(csv|tsv|jsonl|ndjson)$/i.test(extname(entry.name))) continue
    const head = (await firstLine(file)).toLowerCase()
    if (['video', 'start', 'end'].every((column) => head.includes(column))) {
      found.push({ name: 'own', root: dir, options: { file, ...options } })
    }
  }
  return found
}

async function firstLine(path: string): Promise<string> {
  const input = createReadStream(path, { end: 1 << 16 })
  for await (const line of createInterface({ input })) {
    input.destroy()
    return line
  }
  return ''
}
