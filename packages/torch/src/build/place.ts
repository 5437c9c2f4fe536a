import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

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
