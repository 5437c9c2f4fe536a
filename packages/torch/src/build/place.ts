import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TorchError } from '../errors.js'
import { headerVersion } from './find.js'

// This file is two folders below the package, as a source and as a built file alike.
const packageRoot = fileURLToPath(new URL('../..', import.meta.url))

export const nativeSources = join(packageRoot, 'native')
export const buildRoot = join(packageRoot, 'build')

/** What an add-on was built from. */
export interface BuildRecord {
  key: string
  /** Hash of sources, flags and libtorch version. */
  inputs: string
  origin: 'LIBTORCH' | 'python' | 'system'
  lib: string
  include: string[]
  version: string
}

export const addonFile = (key: string, root = buildRoot): string => join(root, key, 'egolens_torch.node')

/** Remembers the add-on that was asked for last: the one that loads by default. */
export function writeCurrent(record: BuildRecord, root = buildRoot): void {
  mkdirSync(root, { recursive: true })
  const path = join(root, 'current.json')
  const text = JSON.stringify({ key: record.key })
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  writeFileSync(`${path}.${process.pid}`, text)
  renameSync(`${path}.${process.pid}`, path)
}

/** The add-ons that are built, the default one first. */
export function builtAddons(): BuildRecord[] {
  if (!existsSync(buildRoot)) return []
  const current = join(buildRoot, 'current.json')
  const first = existsSync(current) ? (JSON.parse(readFileSync(current, 'utf8')) as { key: string }).key : ''
  return readdirSync(buildRoot)
    .map((key) => join(buildRoot, key, 'build.json'))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as BuildRecord)
    .filter((record) => existsSync(addonFile(record.key)))
    .sort((a, b) => Number(b.key === first) - Number(a.key === first))
}

/**
 * A libtorch that was upgraded in place would crash the process later: say so before it is loaded.
 *
 * @throws TorchError VersionMismatch with the cure.
 */
export function requireSameLibtorch(record: Pick<BuildRecord, 'include' | 'lib' | 'version'>): void {
  if (!existsSync(join(record.lib, 'libtorch_cpu.so'))) {
    throw new TorchError(
      'LibtorchMissing',
      `the native part was built for the libtorch ${record.version} in ${record.lib}, which is gone: install it again, ` +
        'or run `npx egolens-torch build` for another one',
    )
  }
  let now: string
  try {
    now = headerVersion(record.include)
  } catch {
    return
  }
  if (now === record.version) return
  throw new TorchError(
    'VersionMismatch',
    `the native part was built for libtorch ${record.version}, but ${record.lib} holds ${now} now: ` +
      'run `npx egolens-torch build`',
  )
}
