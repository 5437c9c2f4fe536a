import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { benchmarkDocument } from './harness/document.js'

const built = fileURLToPath(new URL('./dist/run.js', import.meta.url))

/** Runs the built benchmark; what it measures is not looked at, speed is never tested. */
export async function expectDocument(name: string): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [built, name, '--quick', '--json', '--threads', '1'])
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  const document = benchmarkDocument.parse(JSON.parse(stdout))
  expect(document).toMatchObject({ name, quick: true, settings: { threads: 1, pairs: 2 } })
  expect(Object.keys(document.figures)).not.toHaveLength(0)
  for (const of of Object.keys(document.ratios)) expect(document.ranges).toHaveProperty(of)
}
