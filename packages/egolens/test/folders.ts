import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { EgoLensError } from '../src/errors.js'

const folders: string[] = []

/** Writes files into a new folder that is removed after the tests of the file. */
export async function folderOf(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'egolens-datasets-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

/** The error that a promise ends with, with the folder cut from its place. */
export async function failure(promise: Promise<unknown>, folder = ''): Promise<{ code: string; line: string }> {
  try {
    await promise
  } catch (error) {
    if (!(error instanceof EgoLensError)) throw error
    return { code: error.code, line: error.line.replaceAll(`${folder}/`, '') }
  }
  throw new Error('no error where one is expected')
}
