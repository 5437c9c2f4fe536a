import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { numberedVideo, temporaryFolder } from '../video/testing.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const built = fileURLToPath(new URL('../../dist/cli/data.js', import.meta.url))
const { folder, at, remove } = temporaryFolder()

function check(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'data', 'check', ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe.skipIf(!existsSync(built))('egolens data check', () => {
  beforeAll(() => {
    for (const name of ['a', 'b']) numberedVideo(at(`${name}.mp4`), { frames: name === 'a' ? 20 : 30, rate: 10 })
    writeFileSync(at('clips.csv'), 'video,start,end,noun,split\na.mp4,0,1,cup,train\nb.mp4,0,1,cup,test\n')
  })
  afterAll(remove)

  it('exits with 0 where nothing is wrong', () => {
    const { status, stdout } = check(folder)
    expect(status).toBe(0)
    expect(stdout).toContain('2 of 2 videos decode from end to end; nothing is wrong')
  })

  it('exits with 1, one document and a page where something is', () => {
    writeFileSync(at('broken.csv'), 'video,start,end,noun,split\na.mp4,0,9,cup,train\nb.mp4,2,1,cup,test\n')
    const { status, stdout, stderr } = check(at('broken.csv'), '--json', '--jobs', '1', '--html', at('page.html'))
    expect(status).toBe(1)
    const { ok, problems } = JSON.parse(stdout) as { ok: boolean; problems: { severity: string; where: string }[] }
    expect(ok).toBe(false)
    const errors = problems.filter(({ severity }) => severity === 'error')
    expect(errors.map(({ where }) => where)).toEqual([`${at('broken.csv')}:3`, `${at('broken.csv')}:2`])
    expect(stderr).toContain(`page: ${at('page.html')}`)
    expect(readFileSync(at('page.html'), 'utf8')).toContain('Something is wrong')
  })

  it('says on one line what is not to be checked', () => {
    const { status, stderr } = check(at('nowhere'))
    expect(status).toBe(1)
    expect(stderr).toBe(`egolens: ${at('nowhere')}: there is no such folder\n`)
    expect(check(folder, '--set', 'videos').status).toBe(2)
  })
})
