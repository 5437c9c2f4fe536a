import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { backends } from './index.js'
import { freePort, startRank } from './ranks.testing.js'

const has = backends().includes('gloo')

// They wait most of the time: side by side they take as long as one.
describe
  .skipIf(!has)
  .concurrent(`a start that goes wrong${has ? '' : ' (skipped: the add-on was built without Gloo)'}`, () => {
    const ready = (timeoutSeconds: number) => `await distributed.init({ timeoutSeconds: ${timeoutSeconds} })`
    const place = (rank: number, port: number, more: Record<string, string> = {}) => ({
      RANK: String(rank),
      WORLD_SIZE: '2',
      MASTER_ADDR: '127.0.0.1',
      MASTER_PORT: String(port),
      ...more,
    })

    it('names the ranks that do not come', async () => {
      const { told } = await startRank(ready(2), place(0, await freePort(), { WORLD_SIZE: '4' })).ended
      expect(told).toEqual([
        {
          code: 'DistributedTimeout',
          message: expect.stringMatching(/^rank 0 waited in vain for ranks 1, 2 and 3 of 4: look at what they say/),
        },
      ])
    })

    it('says where a master is missing', async () => {
      const port = await freePort()
      const { told } = await startRank(ready(2), place(1, port)).ended
      expect(told).toEqual([
        {
          code: 'DistributedTimeout',
          message: expect.stringContaining(
            `rank 1 of 2 did not reach the master at 127.0.0.1:${port} (connect ECONNREFUSED`,
          ),
        },
      ])
    })

    it('says that the port is taken', async () => {
      const server = createServer().listen(0, '0.0.0.0')
      await once(server, 'listening')
      const { port } = server.address() as { port: number }
      const { told } = await startRank(ready(30), place(0, port)).ended
      server.close()
      expect(told).toMatchObject([{ code: 'DistributedEnvironment', message: expect.stringContaining(`port ${port}`) }])
    })

    it('refuses two processes of one rank', async () => {
      const port = await freePort()
      const three = [0, 1, 1].map((rank) => startRank(ready(30), place(rank, port, { WORLD_SIZE: '3' })))
      // One of the twins is refused; the other waits with rank 0 for the third.
      const { told } = await Promise.race(three.map(({ ended }) => ended))
      for (const { child } of three) child.kill('SIGKILL')
      expect(told).toEqual([
        { code: 'DistributedEnvironment', message: expect.stringContaining('two processes are rank 1 of 3') },
      ])
    })

    it('refuses groups of different sizes', async () => {
      const port = await freePort()
      const sizes = ['2', '3'].map((size, rank) => startRank(ready(30), place(rank, port, { WORLD_SIZE: size })))
      const { told } = await sizes[0]!.ended
      sizes[1]!.child.kill('SIGKILL')
      expect(told).toEqual([
        {
          code: 'DistributedEnvironment',
          message: expect.stringMatching(
            /^rank 0 was started as one of 2, rank 1 as one of 3: start all with the same WORLD_SIZE/,
          ),
        },
      ])
    })

    it('is one error where the environment is not whole', async () => {
      const { told } = await startRank(`await distributed.init()`, { WORLD_SIZE: '2' }).ended
      expect(told).toMatchObject([
        { code: 'DistributedEnvironment', message: expect.stringContaining('WORLD_SIZE=2, but RANK') },
      ])
    })
  })
