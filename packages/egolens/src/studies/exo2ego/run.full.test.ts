import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { quickSize } from './plan.js'
import { runExo2EgoStudy } from './run.js'

const size = { ...quickSize, takes: { train: 2, val: 0, test: 2 } }

describe('the study of Exo2Ego', () => {
  const { folder, remove } = temporaryFolder()
  afterAll(remove)

  it('goes on where it was stopped, and tells of every arm after every stage', async () => {
    const stopping = new AbortController()
    const progress = ({ task }: { task: string }) => task.includes('guidance') && stopping.abort()
    const cut = runExo2EgoStudy({ dir: folder, size, progress, signal: stopping.signal })
    await expect(cut).rejects.toMatchObject({ code: 'run/interrupted' })
    const tasks = new Set<string>()
    const { table, markdown } = await runExo2EgoStudy({ dir: folder, size, progress: ({ task }) => tasks.add(task) })
    expect([...tasks].filter((task) => task.endsWith('preparation'))).toEqual([])
    expect(table.rows.map(({ name }) => name)).toEqual([
      'chance',
      'Initialization',
      'Exo2Ego: Teacher Self-Preparation',
      'Exo2Ego: Teacher-Student Guidance',
      'Exo2Ego: Student Self-Practice',
      'without the mapping: Teacher-Student Guidance',
      'without the mapping: Student Self-Practice',
      'language alone, no video: Student Self-Practice',
    ])
    expect(await readFile(join(folder, 'exo2ego', 'results.md'), 'utf8')).toBe(markdown)
    for (const file of ['exo2ego-accuracy.svg', 'exo2ego-practice.svg']) {
      expect(await readFile(join(folder, 'exo2ego', file), 'utf8')).toContain('</svg>')
    }
    // A model without a mapping trains fewer values, one without video only the low-rank layers.
    const trained = (row: RegExp) => Number(row.exec(markdown)![1]!.replaceAll(',', ''))
    const full = trained(/Self-Practice \| Exo2Ego \| 1 \| ([\d,]+)/)
    const without = trained(/Self-Practice \| without the mapping \| 1 \| ([\d,]+)/)
    const blind = trained(/Self-Practice \| language alone, no video \| 1 \| ([\d,]+)/)
    expect(full).toBeGreaterThan(without)
    expect(without).toBeGreaterThan(blind)
  }, 900_000)
})
