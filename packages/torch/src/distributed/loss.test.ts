import { describe, expect, it } from 'vitest'
import { backends } from './index.js'
import { allTold, collectives, runRanks, startRanks, turnsBack } from './ranks.testing.js'

const has = backends().includes('gloo')
const skipped = has ? '' : ' (skipped: the add-on was built without Gloo)'

// They wait most of the time: side by side they take as long as one.
describe.skipIf(!has).concurrent(`a group that loses a rank${skipped}`, () => {
  it('names a rank that is killed', async () => {
    const ranks = await startRanks([collectives(30), collectives(30), collectives(30)])
    await allTold(ranks)
    ranks[1]!.child.kill('SIGKILL')
    const ends = await Promise.all(ranks.map(({ ended }) => ended))
    ends.forEach(({ told, status, stderr }, rank) => {
      if (rank === 1) return
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
      expect(told.at(-1)).toEqual({
        code: 'RankLost',
        message: expect.stringMatching(
          new RegExp(
            `^rank ${rank}: an all-reduce cannot finish: rank 1 of 3 has .*: look at what that rank said last`,
          ),
        ),
      })
    })
  })

  it.each([0, 1])('says so where rank %i ends before all have joined', async (victim) => {
    const bodies = [collectives(4), collectives(4)]
    bodies[victim] = turnsBack
    const other = (await runRanks(bodies))[1 - victim]!
    expect(other).toMatchObject({ status: 1, stderr: '' })
    expect(other.told.at(-1)).toMatchObject({
      code: 'RankLost',
      message: expect.stringMatching(new RegExp(`^rank ${1 - victim} of 2 could not join: another rank has ended`)),
    })
  })

  it('names the one that failed, not those that ended because of it', async () => {
    const fails = `
      const group = await distributed.init({ timeoutSeconds: 30 })
      throw Object.assign(new Error('its own fault'), { code: 'Own' })`
    const [first, second, third] = await runRanks([collectives(30), fails, collectives(30)])
    expect(second!.told).toEqual([{ code: 'Own', message: 'its own fault' }])
    for (const { told } of [first!, third!]) {
      expect(told.at(-1)).toMatchObject({ code: 'RankLost', message: expect.stringContaining('rank 1 of 3 has ') })
    }
  })
})
