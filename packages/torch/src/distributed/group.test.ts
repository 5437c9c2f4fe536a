import { describe, expect, it } from 'vitest'
import { tensor } from '../creation.js'
import { expectNoLeak } from '../memory.js'
import { scope } from '../scope.js'
import { backends, init } from './index.js'
import { runAlike } from './ranks.testing.js'

const has = backends().includes('gloo')

describe.skipIf(!has)(
  `a group of processes over Gloo${has ? '' : ' (skipped: the add-on was built without it)'}`,
  () => {
    it('sums, averages, sends round, gathers and meets', async () => {
      const ranks = await runAlike(
        3,
        `const group = await distributed.init({ timeoutSeconds: 30 })
      const before = T.memory().tensors
      await scope(async () => {
        const rank = group.rank
        const [sum, mean] = [tensor([1, 2, rank]), tensor([3 * rank, 6], { dtype: 'float64', requiresGrad: true })]
        const whole = tensor([rank, 2 ** 40], { dtype: 'int64' })
        // Three at a time, waited for in another order.
        const works = [group.allReduce(sum), group.allReduce(mean, 'mean'), group.allReduce(whole)]
        for (const work of works.reverse()) await work.wait()
        const from = tensor([rank])
        await group.broadcast(from, 2).wait()
        const gathered = await group.allGather(tensor([rank, 10 * rank])).wait()
        const half = tensor([[rank, 256]], { dtype: 'bfloat16' })
        const truths = await group.allGather(tensor([rank === 1, true], { dtype: 'bool' })).wait()
        const scalar = tensor(rank + 0.5, { dtype: 'float64', requiresGrad: true })
        await Promise.all([group.broadcast(half, 1).wait(), group.broadcast(scalar, 1).wait()])
        tell([half, scalar, ...truths].map((each) => each.tolist()))
        await group.barrier()
        tell([group.worldSize, group.localRank, group.backend, group.device])
        tell([sum, mean, whole, from, ...gathered].map((each) => each.tolist()))
      })
      await group.destroy()
      tell(T.memory().tensors - before)`,
      )
      ranks.forEach(({ told, status, stderr }, rank) => {
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
        expect(told).toEqual([
          [[[1, 256]], 1.5, ...[0, 1, 2].map((other) => [other === 1 ? 1 : 0, 1])],
          [3, rank, 'gloo', 'cpu'],
          [[3, 6, 3], [3, 6], [3, 3 * 2 ** 40], [2], [0, 0], [1, 10], [2, 20]],
          0,
        ])
      })
    })

    it('waits while the event loop runs, and ends by itself when the program does', async () => {
      const [late, other] = await runAlike(
        2,
        `const group = await distributed.init({ timeoutSeconds: 30 })
      const x = tensor([1])
      if (group.rank === 0) await pause(700)
      let turns = 0
      const timer = setInterval(() => turns++, 20)
      await group.allReduce(x).wait()
      clearInterval(timer)
      tell([x.item(), turns])`,
      )
      expect([late!.status, other!.status]).toEqual([0, 0])
      const [sum, turns] = other!.told[0] as number[]
      expect(sum).toBe(2)
      expect(turns).toBeGreaterThan(5)
    })

    it('can be left and joined again', async () => {
      const ranks = await runAlike(
        2,
        `for (let round = 1; round <= 2; round++) {
        const group = await distributed.init({ timeoutSeconds: 30 })
        await distributed.init().catch((error) => tell(error.code))
        const x = tensor([round])
        await group.allReduce(x).wait()
        await group.destroy()
        await group.destroy()
        try { group.allReduce(x) } catch (error) { tell([x.item(), error.code]) }
      }`,
      )
      for (const { told } of ranks) {
        expect(told).toEqual(['BadArgument', [2, 'GroupClosed'], 'BadArgument', [4, 'GroupClosed']])
      }
    })

    it('refuses what no collective takes, and goes on', async () => {
      const ranks = await runAlike(
        2,
        `const group = await distributed.init({ timeoutSeconds: 30 })
      const attempts = [
        () => group.allReduce(tensor([[1, 2], [3, 4]]).t()),
        () => group.broadcast(tensor([1]), 2),
        () => group.allReduce(tensor([1], { dtype: 'bfloat16' })),
        () => { const x = tensor([1]); x.dispose(); group.allReduce(x) },
      ]
      for (const attempt of attempts) try { attempt() } catch (error) { tell([error.code, error.message]) }
      const x = tensor([1])
      await group.allReduce(x).wait()
      tell(x.item())
      await group.destroy()`,
      )
      for (const { told } of ranks) {
        expect(told).toEqual([
          ['BadArgument', 'allReduce: the tensor must be contiguous'],
          ['BadArgument', 'broadcast: there is no rank 2 of 2'],
          ['BadArgument', 'allReduce: Gloo does not sum bfloat16; convert it, to float32 say'],
          ['TensorDisposed', expect.stringContaining('allReduce')],
          2,
        ])
      }
    })
  },
)

describe('a group of one', () => {
  it('needs no network and does nothing', async () => {
    await expectNoLeak(() =>
      scope(async () => {
        const group = await init({ variables: {} })
        expect(group).toMatchObject({ rank: 0, worldSize: 1, localRank: 0, backend: null, device: 'cpu' })
        const x = tensor([2, 4])
        await group.allReduce(x, 'mean').wait()
        await group.broadcast(x).wait()
        const [copy, ...more] = await group.allGather(x).wait()
        x.add_(1)
        expect([x.tolist(), copy!.tolist(), more]).toEqual([[3, 5], [2, 4], []])
        await group.barrier()
        await group.destroy()
      }),
    )
  })

  it('has a timeout that is a time', async () => {
    await expect(init({ timeoutSeconds: 0, variables: {} })).rejects.toThrow(
      'timeoutSeconds is a number above 0, not 0',
    )
  })
})
