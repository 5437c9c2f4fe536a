import { describe, expect, it } from 'vitest'
import { backends } from './index.js'
import { allTold, collectives, idle, runAlike, startRanks } from './ranks.testing.js'

const has = backends().includes('gloo')
const skipped = has ? '' : ' (skipped: the add-on was built without Gloo)'

describe.skipIf(!has)(`a group that loses a rank${skipped}`, () => {
  it.each([0, 2])('names rank %i when it is killed', async (victim) => {
    const ranks = await startRanks([collectives(30), collectives(30), collectives(30)])
    await allTold(ranks)
    ranks[victim]!.child.kill('SIGKILL')
    const ends = await Promise.all(ranks.map(({ ended }) => ended))
    ends.forEach(({ told, status, stderr }, rank) => {
      if (rank === victim) return
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
      expect(told.at(-1)).toEqual({
        code: 'RankLost',
        message: expect.stringMatching(
          new RegExp(
            `^rank ${rank}: an all-reduce cannot finish: rank ${victim} of 3 has .*: look at what that rank said last`,
          ),
        ),
      })
    })
  })

  it.each([
    [1, /rank 1 of 2 has not been heard for \d+ s/],
    // The store stands still with it.
    [0, /rank 0 of 2 has not answered for \d+ s/],
  ])('names rank %i when it stands still', async (victim, message) => {
    const ranks = await startRanks([collectives(12), collectives(12)])
    await allTold(ranks)
    ranks[victim]!.child.kill('SIGSTOP')
    const { told } = await ranks[1 - victim]!.ended
    ranks[victim]!.child.kill('SIGKILL')
    expect(told.at(-1)).toMatchObject({ code: 'RankLost', message: expect.stringMatching(message) })
  })

  it('says who does not come to a collective', async () => {
    const [waiting, other] = await startRanks([collectives(8), idle(8)])
    const { told } = await waiting!.ended
    other!.child.kill('SIGKILL')
    expect(told.at(-1)).toEqual({
      code: 'DistributedTimeout',
      message: expect.stringMatching(
        /^rank 0 waited 8 s for an all-reduce, collective 1, and rank 1 has not come to it: all ranks must make the same calls/,
      ),
    })
  })

  it('goes on watching for those that still wait when one has what it waited for', async () => {
    const late = `
      const group = await distributed.init({ timeoutSeconds: 6 })
      const [first, second] = [tensor([1]), tensor([2])]
      const waits = []
      for (const [x, ms] of [[first, 1500], [second, 3500]]) {
        if (group.rank === 1) await pause(ms)
        waits.push(group.allReduce(x).wait())
      }
      await Promise.all(waits)
      tell([first.item(), second.item()])
      await group.destroy()`
    for (const { told, status } of await runAlike(2, late)) {
      expect({ told, status }).toEqual({ told: [[2, 4]], status: 0 })
    }
  })
})
