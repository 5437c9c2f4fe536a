import { addon, type Handle, tooOld } from '../addon.js'
import { TorchError } from '../errors.js'

export type Backend = 'gloo' | 'nccl'

/** What the add-on has for groups of processes; only `distributedBackends` where it was built without collectives. */
export interface Collectives {
  openStore(host: string, port: number, server: boolean, prefix: string, timeoutMs: number): number
  storeSet(store: number, key: string, value: string): void
  /** Null where there is no such key; it does not wait. */
  storeGet(store: number, key: string): string | null
  storeAdd(store: number, key: string, amount: number): number
  closeStore(store: number): void

  /** `beats` is a second connection to the store, which the group takes over. */
  openGroup(
    store: number,
    beats: number,
    backend: Backend,
    rank: number,
    worldSize: number,
    timeoutMs: number,
    address: string,
    networkInterface: string,
  ): number
  allReduceSum(group: number, tensor: Handle): number
  broadcast(group: number, tensor: Handle, root: number): number
  allGather(group: number, tensor: Handle): [work: number, ...Handle[]]
  /** Whether it is done, after at most so many milliseconds; throws what it failed by. */
  workWait(work: number, ms: number): boolean
  groupWatch(group: number, on: boolean): void
  groupLeave(group: number): void
  /** Seconds since the store answered (negative: lost), then state, age, collectives started, culprit of each rank. */
  groupPeers(group: number): number[]
  endGroup(group: number, culprit: number): void
  closeGroup(group: number, healthy: boolean): void
}

const backendsOf = (): Backend[] => {
  const { distributedBackends } = addon as { distributedBackends?(): Backend[] }
  if (!distributedBackends) throw tooOld()
  return distributedBackends()
}

/** The backends that the add-on was built with: Gloo for the CPU, NCCL for GPUs; none where their headers were absent. */
export const backends = (): Backend[] => backendsOf()

/** @throws TorchError DistributedUnavailable with the cure */
export function collectives(): Collectives {
  if (backendsOf().length === 0) throw unavailable('Gloo or NCCL')
  return addon as unknown as Collectives
}

export const unavailable = (what: string): TorchError =>
  new TorchError(
    'DistributedUnavailable',
    `the native part was built without ${what}: install its headers (Debian: apt-get install libgloo-dev; with CUDA: ` +
      'nccl.h, and CUDA_HOME naming the toolkit) and run `npx egolens-torch build`',
  )
