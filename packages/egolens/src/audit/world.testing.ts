import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PlaceName, renderPlace } from '@egolens/world'
import { type AuditOptions, auditData } from './audit.js'
import type { Audit } from './types.js'

/** A place of the small world that is rendered once and broken in copies. For tests. */
export class Place {
  private constructor(
    private readonly folder: string,
    readonly root: string,
  ) {}

  static async render(place: PlaceName): Promise<Place> {
    const folder = await mkdtemp(join(tmpdir(), 'egolens-audit-'))
    const root = join(folder, 'whole')
    await renderPlace({
      place,
      dir: root,
      clips: { train: 3, test: 2 },
      untrimmed: { train: 0, test: 0 },
      seed: 1,
      workers: 1,
    })
    return new Place(folder, root)
  }

  /** Checks a copy that was changed. Places in the result start from the copy. */
  async broken(change: (root: string) => Promise<unknown>, options?: AuditOptions): Promise<Audit> {
    const root = await mkdtemp(join(this.folder, 'copy-'))
    await cp(this.root, root, { recursive: true })
    await change(root)
    const audit = await auditData(root, { jobs: 2, ...options })
    return JSON.parse(JSON.stringify(audit).replaceAll(`${root}/`, '').replaceAll(root, '.')) as Audit
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Changes the text of a file. */
export async function edit(path: string, change: (text: string) => string): Promise<void> {
  await writeFile(path, change(await readFile(path, 'utf8')))
}

/** Changes one line of a file, the first being 1. */
export const editLine = (path: string, line: number, change: (text: string) => string): Promise<void> =>
  edit(path, (text) =>
    text
      .split('\n')
      .map((row, i) => (i === line - 1 ? change(row) : row))
      .join('\n'),
  )

/** Codes and places of errors: "dataset/empty-clip train.csv:2". */
export const errors = ({ problems }: Audit): string[] =>
  problems.filter(({ severity }) => severity === 'error').map(({ code, where }) => `${code} ${where}`)

export const notes = ({ problems }: Audit): string[] =>
  problems.filter(({ severity }) => severity === 'note').map(({ code, where }) => `${code} ${where}`)

/** The files under a folder that end like this. */
export async function filesIn(root: string, end: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true })
  return names
    .filter((name) => name.endsWith(end))
    .map((name) => join(root, name))
    .sort()
}
