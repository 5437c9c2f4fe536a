import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../video/testing.js'
import { tinyRun } from '../ask/ask.testing.js'
import { type ModelOptions, trainStage } from '../index.js'
import { type TinyStages, tinyStages } from './stage.testing.js'

const { folder, at, remove } = temporaryFolder()
let tiny: TinyStages
beforeAll(async () => {
  tiny = await tinyStages(folder, { count: 4 })
  const { model } = await tinyRun(tiny, at('preparation'), { stage: 'preparation', parts: ['exo', 'connector'] })
  model.dispose()
  // Eight frames a second: of the third record both clips have one frame, where two are looked at.
  const lines = (await readFile(at('pairs.jsonl'), 'utf8')).trim().split('\n')
  const records = lines.map((line) => JSON.parse(line))
  Object.assign(records[2], { start: 0.3, end: 0.35 })
  await writeFile(at('short.jsonl'), records.map((record) => JSON.stringify(record)).join('\n'))
})
afterAll(remove)

const train = (name: string, file: string, short: ModelOptions['short']) =>
  trainStage(
    tiny.recipe('guidance', { from: at('preparation'), data: { train: join(folder, file) }, model: { short } }),
    { dir: at(name) },
  )

describe('clips with fewer frames than are looked at', () => {
  it.each([
    ['repeat', 'some frames are shown several times'],
    ['pad', 'black ones stand behind them'],
  ] as const)('are counted and told once, not once an epoch: %s', async (short, done) => {
    const text = `1 of 4 records have a clip with fewer than 2 frames: ${done} (model.short)`
    expect((await train(short, 'short.jsonl', short)).warnings).toEqual([text])
    const log = (await readFile(at(`${short}/log.jsonl`), 'utf8')).trim().split('\n')
    const warnings = log.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'warning')
    expect(warnings).toEqual([{ kind: 'warning', step: 2, text }])
  })

  it('end the training where they are refused, by the name of the video', async () => {
    await expect(train('refuse', 'short.jsonl', 'refuse')).rejects.toMatchObject({
      ...{ code: 'mllm/short-clip', message: 'the clip has 1 frame, and 2 are wanted' },
      where: expect.stringMatching(/2-(ego|exo)\.mp4$/),
    })
  })

  it('are not told of where there are none', async () => {
    expect((await train('none', 'pairs.jsonl', 'refuse')).warnings).toEqual([])
  })
})
