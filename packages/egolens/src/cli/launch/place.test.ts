import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { placeOf, variablesOf } from './place.js'

describe('the place of processes', () => {
  it('is the loopback of one machine, on a port where nobody listens', async () => {
    const place = await placeOf({ nproc: 2 })
    expect(place).toEqual({
      nproc: 2,
      nnodes: 1,
      nodeRank: 0,
      masterAddr: '127.0.0.1',
      masterPort: expect.any(Number),
    })
    const refused = new Promise((resolve) => {
      connect(place.masterPort, '127.0.0.1').once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    })
    expect(await refused).toBe('ECONNREFUSED')
  })

  it('needs the master of several machines', async () => {
    await expect(placeOf({ nproc: 2, nnodes: 2, nodeRank: 1 })).rejects.toMatchObject({
      code: 'launch/nodes',
      line: expect.stringContaining('--nnodes 2 needs --master-addr and --node-rank'),
    })
    await expect(placeOf({ nproc: 2, nnodes: 2, nodeRank: 2, masterAddr: 'a' })).rejects.toThrow(
      '--node-rank 2 of --nnodes 2: machines count from 0',
    )
  })

  it("gives each process torchrun's variables", async () => {
    const place = await placeOf({ nproc: 4, nnodes: 2, nodeRank: 1, masterAddr: '10.0.0.7' })
    expect(variablesOf(place, 3)).toEqual({
      RANK: '7',
      LOCAL_RANK: '3',
      WORLD_SIZE: '8',
      LOCAL_WORLD_SIZE: '4',
      MASTER_ADDR: '10.0.0.7',
      MASTER_PORT: '29500',
      OMP_NUM_THREADS: expect.stringMatching(/^[1-9]\d*$/),
    })
  })
})
