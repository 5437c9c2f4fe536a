import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { labelSet } from '../datasets/labels.js'
import type { Component, LabelSet } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'

/**
 * Classes from a file with one name a line; empty lines and lines that begin with # are left out.
 * @throws EgoLensError `labels/unreadable`, `labels/none`, `labels/duplicate-name`
 */
export async function readLabelFile(path: string, component: Component): Promise<LabelSet> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = cause.code === 'ENOENT' ? 'there is no such file of labels' : cause.message
    throw new EgoLensError('labels/unreadable', message, { where: path, cause })
  })
  const entries = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ key: line.trim(), name: line.trim(), where: `${path}:${i + 1}` }))
  const kept = entries.filter(({ name }) => name !== '' && !name.startsWith('#'))
  return labelSet(basename(path), component, kept, { where: path })
}
