import { expect, it } from 'vitest'
import { firstHost } from './slurm.js'

it.each([
  ['vm', 'vm'],
  ['login1,node2', 'login1'],
  ['node[08-11,20],login1', 'node08'],
  ['node[7]', 'node7'],
  ['rack1-node[003,005]-ib,other', 'rack1-node003-ib'],
])('the first host of %s is %s', (list, host) => {
  expect(firstHost(list)).toBe(host)
})
