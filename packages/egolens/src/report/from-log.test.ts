import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'
import { runPaths } from '../training/run-directory.js'
import { smallEgoPrompt, standInRecipe, standInResources } from '../training/testing.js'
import { train } from '../training/train.js'
import { reportSchema } from './data.js'
import { trainingCurves } from './from-log.js'

const lines = (...list: object[]) => `${list.map((line) => JSON.stringify(line)).join('\n')}\n`
const step = (step: number, loss: number) => ({ kind: 'step', epoch: 0, step, stage: 'first', loss, lr: 1 })
const epoch = (step: number, own: object) => ({
  ...{ kind: 'epoch', epoch: 0, step, stage: 'first', loss: 1, accuracy: { noun: 0.5 }, lr: 1, seconds: 2 },
  ...own,
})

describe('training curves from logs', () => {
  const a = lines(
    { kind: 'resume', step: 0, skipped: [] },
    ...Array.from({ length: 12 }, (_, i) => step(i + 1, i)),
    epoch(12, { validation: 0.4, usageEntropy: 0.5, lambda: 2 }),
    epoch(24, { validation: 0.4, usageEntropy: 0.75, lambda: 2 }),
  )
  const b = lines(step(1, 7), epoch(1, {})).concat('{"kind":"step","epo')
  const curves = trainingCurves([
    { name: 'pool', log: a },
    { name: 'plain', log: b },
  ])

  it('are the loss of all runs, in means of ten steps', () => {
    expect(curves[0]).toMatchObject({
      title: 'Training loss, mean of 10 steps',
      series: [
        {
          name: 'pool',
          points: [
            [10, 4.5],
            [12, 10.5],
          ],
        },
        { name: 'plain', points: [[1, 7]] },
      ],
    })
  })

  it("and a figure for each of a method's own values that moves", () => {
    expect(curves.slice(1)).toEqual([
      {
        title: 'usageEntropy',
        x: 'step',
        y: 'usageEntropy',
        series: [
          {
            name: 'pool',
            points: [
              [12, 0.5],
              [24, 0.75],
            ],
          },
        ],
      },
    ])
    expect(reportSchema.safeParse({ title: 'x', curves }).success).toBe(true)
  })

  it('of a run of EgoPrompt show how evenly its pool is used and how alike its prompts are, a point an epoch', async () => {
    const dir = await folderOf({})
    const recipe = standInRecipe({ epochs: 8 }, { method: 'egoprompt', component: 'both', options: smallEgoPrompt })
    await train(recipe, { dir, resources: standInResources() })
    const log = await readFile(runPaths(dir).log, 'utf8')
    const drawn = new Map(trainingCurves([{ name: 'pool', log }]).map(({ title, series }) => [title, series]))
    for (const title of ['usageEntropy', 'penalisedEntropy', 'promptCosine', 'gamma verb', 'gamma noun']) {
      expect([title, drawn.get(title)]).toEqual([title, [{ name: 'pool', points: expect.any(Array) }]])
      expect(drawn.get(title)![0]!.points.map(([step]) => step)).toEqual([20, 24, 28, 32])
    }
  })

  it('are none without logs', () => expect(trainingCurves([])).toEqual([]))
})
