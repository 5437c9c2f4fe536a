import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tinyRun } from '../exo2ego/ask/ask.testing.js'
import { tinyStages } from '../exo2ego/training/stage.testing.js'
import { temporaryFolder } from '../video/testing.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const page = await readFile(new URL('../../../../docs/ask.md', import.meta.url), 'utf8')
/** The command's arguments as the page shows them, where they name a run. */
const shown = [
  ...page.matchAll(/^ {4}egolens ask (\$video (?:.*\\\n)?.*runs\/demo\/runs\/practice(?:.*\\\n)?.*)$/gm),
].map(([, line]) => line!.replace(/\\\n/g, ' ').replace('runs/demo/runs/practice', 'runs/practice'))

describe.skipIf(!existsSync(main))('egolens ask', () => {
  const { folder, at, remove } = temporaryFolder()
  const video = join(folder, 'videos', '0-ego.mp4')
  beforeAll(async () => {
    const tiny = await tinyStages(folder, { count: 1 })
    const { model } = await tinyRun(tiny, at('runs/practice'))
    model.dispose()
  })
  afterAll(remove)

  function ask(argv: string[], input = '') {
    const options = { encoding: 'utf8', input, cwd: folder } as const
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'ask', ...argv], options)
    return { status, stdout, stderr }
  }
  const named = ['--model', 'runs/practice']

  it.each(shown)('docs/ask.md: %s', (line) => {
    const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
    // The video here lasts a second.
    const clip = argv.map((word, i) => (/^--(start|end)$/.test(argv[i - 1] ?? '') ? `0.${word}` : word))
    const { status, stdout, stderr } = ask([video, ...clip.slice(1)], 'Where is the cup?\n')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    if (line.includes('--choices')) {
      expect(stdout).toMatch(
        /^(pan|funnel|onion|toaster)\nanswer +probability\npan +[\d.]+ %\nfunnel +[\d.]+ %\nonion +[\d.]+ %\ntoaster +[\d.]+ %\n$/,
      )
    }
    if (line.includes('--json')) {
      const numbers = { tokens: expect.any(Number), seconds: expect.any(Number) }
      const about = { question: 'What do the hands work on?', model: 'runs/practice', notes: [] }
      expect(JSON.parse(stdout)).toMatchObject({ ...about, ...numbers, answer: expect.any(String) })
    }
  })

  it('takes further questions line by line', () => {
    const argv = [video, '--chat', ...named, '--max-tokens', '2', '--json']
    const { answers } = JSON.parse(ask(argv, 'What is cut?\n\nWhere?\n').stdout) as { answers: object[] }
    expect(answers).toMatchObject([{ question: 'What is cut?' }, { question: 'Where?' }])
  })

  it('ends an answer where it is told to, and does with a short clip as it is told', () => {
    const answer = (...more: string[]) => {
      const { stdout } = ask([video, 'What is cut?', ...named, '--max-tokens', '8', '--json', ...more])
      return (JSON.parse(stdout) as { answer: string }).answer
    }
    const whole = answer()
    const end = whole.at(-1)!
    expect(answer('--stop', end, 'never said')).toBe(whole.slice(0, whole.indexOf(end)))
    const short = [video, 'What?', ...named, '--start', '0.3', '--end', '0.35', '--max-tokens', '1', '--short']
    expect(ask([...short, 'pad']).stderr).toContain('1 black one follows them')
    expect(ask([...short, 'refuse'])).toMatchObject({ status: 1, stderr: expect.stringContaining('has 1 frame') })
  })

  it('says what is missing', () => {
    expect(ask([video, 'What?']).stderr).toMatch(
      /^egolens: no model was named, and there is none of the demo here \(name by --model /,
    )
    expect(ask([video, ...named]).stderr).toMatch(/^egolens: nothing was asked /)
    expect(ask([video, 'What?', ...named, '--top-p', '2']).status).toBe(2)
  })
})
