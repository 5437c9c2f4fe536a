import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const project = fileURLToPath(new URL('../../../..', import.meta.url))

describe.skipIf(!existsSync(main))('egolens compare', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'egolens-compare-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  function compare(...args: string[]) {
    const all = [main, 'compare', '--runs', folder, ...args]
    const { status, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8', cwd: project })
    return { status, stdout, stderr }
  }

  it('gives a table of the paper without any run: its numbers, and what rows need; that is no failure', () => {
    const { status, stdout } = compare('--table', '4')
    expect(status).toBe(0)
    expect(stdout).toContain('Nouns, published')
    expect(stdout).toMatch(/^F\+H .*33\.54 +15\.35 +21\.06/m)
    expect(stdout).toContain('egolens models pull openai/clip-vit-base-patch16')
    expect(stdout).toContain('then egolens train recipes/x-mic/table4/x-mic-full-ego4d-noun.yaml, and 1 more')
    expect(compare('recipes/x-mic/table4').stdout).toBe(stdout)
  })

  it('gives it as Markdown, CSV, a document and a report', async () => {
    expect(compare('--table', '6', '--format', 'markdown').stdout).toContain(
      '| n1,n3 | - | - | - | 12.12 | 11.34 | 11.71 |',
    )
    expect(compare('--table', '6', '--format', 'csv').stdout).toMatch(
      /^"n1,n3",measured,+12\.12,11\.34,11\.71,"?1 of 1 runs/m,
    )
    const { table } = JSON.parse(compare('--table', '6', '--json').stdout) as { table: { missing: { row: string }[] } }
    expect(table.missing).toHaveLength(6)
    const out = join(folder, 'table.html')
    expect(compare('--table', '6', '--out', out).status).toBe(0)
    const html = await readFile(out, 'utf8')
    expect(html).toContain('<td class="first published">33.54</td><td class="published">15.35</td>')
    expect(html).not.toContain('<b>33.54</b>')
    expect(html).toContain('Not measured yet, none: 1 of 1 runs missing')
  })

  it('says what there is to name', () => {
    expect(compare()).toMatchObject({ status: 1, stdout: '' })
    expect(compare().stderr).toContain('--table 1')
    expect(compare('--table', '8').stderr).toContain('its tables are 1, 2, 3, 4, 5, 6, 7')
  })

  it('says of a folder without a result what to name instead', () => {
    const { status, stdout, stderr } = compare(folder)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('no result.json')
    expect(stderr).toContain(`${folder}/*`)
  })

  it('ends quietly when nobody reads on', () => {
    const command = `"${process.execPath}" "${main}" compare --table 1 --json | head -c 10`
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8', cwd: project })
    expect([stdout, stderr]).toEqual(['{\n  "table', ''])
  })
})
