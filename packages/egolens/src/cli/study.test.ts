import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

function study(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'study', ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe.skipIf(!existsSync(main))('egolens study', () => {
  it('plans without beginning, rows of ablations without their halves of the classes', () => {
    const { status, stdout } = study('methods', '--plan', '--json')
    expect(status).toBe(0)
    const [features, pixels] = JSON.parse(stdout) as { rows: { row: string; runs: number; updates: number }[] }[]
    const runsOf = (of: typeof features) => Object.fromEntries(of!.rows.map(({ row, runs }) => [row, runs]))
    // Two places and two components, of three rates and three seeds of all classes and of half of them.
    expect(runsOf(features)).toMatchObject({ 'ZS CLIP': 8, 'X-MIC': 36, 'X-MIC, n1 alone': 24, EgoPrompt: 18 })
    expect(runsOf(pixels)).toMatchObject({ 'ZS CLIP': 8, 'X-MIC': 36, 'Vita-CLIP': 36 })
    expect(runsOf(pixels)).not.toHaveProperty('X-MIC, n1 alone')
    expect(new Set(features!.rows.map(({ updates }) => updates))).toEqual(new Set([0, 564]))
    expect(new Set(pixels!.rows.map(({ updates }) => updates))).toEqual(new Set([0, 114]))
  })

  it.each(['--plan', '--quick'])('refuses %s where there is none, before anything is drawn', (option) => {
    const { status, stderr } = study('recognition', option)
    expect(status).toBe(1)
    expect(stderr).toBe(
      `egolens: the study "recognition" has no ${option} (nearly all of its time is that of the study whose adapters it takes: egolens study x-mic --plan)\n`,
    )
  })
})
