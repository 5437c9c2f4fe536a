import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { noGrad } from '../autograd.js'
import { ones } from '../creation.js'
import type { Device } from '../device.js'
import { TorchError } from '../errors.js'
import { scope } from '../scope.js'
import { Tensor } from '../tensor.js'
import { type Backend, collectives } from './addon.js'
import { RankLost, Watch } from './watch.js'
import { type Work, work } from './work.js'

/** Processes that compute together: all make the same calls in the same order. */
export interface Group {
  readonly rank: number
  readonly worldSize: number
  /** Among the processes of this machine. */
  readonly localRank: number
  /** What carries the messages; null where the process is alone. */
  readonly backend: Backend | null
  /** Where tensors must lie: `cpu` for Gloo, this rank's GPU for NCCL. */
  readonly device: Device
  /**
   * Replaces a tensor by the sum or the mean over the ranks. It must have the same shape and dtype everywhere; Gloo sums
   * no bfloat16. What is broadcast or gathered may have any dtype.
   *
   * @example
   * const work = group.allReduce(gradient, 'mean')   // goes on in the background
   * await work.wait()
   */
  allReduce(tensor: Tensor, op?: 'sum' | 'mean'): Work<void>
  /** Replaces a tensor by that of one rank. */
  broadcast(tensor: Tensor, from?: number): Work<void>
  /** The tensors of all ranks, in their order. */
  allGather(tensor: Tensor): Work<Tensor[]>
  /** Waits until all ranks have come here. */
  barrier(): Promise<void>
  /** Waits until all ranks have come to their ends, and closes the connections. A second call does nothing. */
  destroy(): Promise<void>
}

export interface GroupState {
  handle: number
  store: number
  rank: number
  localRank: number
  worldSize: number
  backend: Backend
  device: Device
  /** Seconds that one collective may take. */
  timeout: number
  /** Whether rank 0 holds the store. */
  ownStore: boolean
  closed(): void
}

/** How long the event loop stands still at a time while a collective is waited for. */
const TURN_MS = 5

/** From when on the others are watched: most collectives are over before. */
const CALM_MS = 1000

/** How long rank 0 may take to close the store, once everybody has left. */
const STORE_MS = 3000

export class ProcessGroup implements Group {
  readonly rank: number
  readonly worldSize: number
  readonly localRank: number
  readonly backend: Backend
  readonly device: Device
  readonly #state: GroupState
  readonly #watch: Watch
  #started = 0
  #open = 0
  #failure: TorchError | undefined
  #destroyed: Promise<void> | undefined

  constructor(state: GroupState) {
    this.#state = state
    const { handle, rank, worldSize, localRank, backend, device, timeout } = state
    this.rank = rank
    this.worldSize = worldSize
    this.localRank = localRank
    this.backend = backend
    this.device = device
    this.#watch = new Watch(handle, rank, worldSize, { timeout, silence: Math.min(20, Math.max(2, timeout / 3)) })
  }

  allReduce(tensor: Tensor, op: 'sum' | 'mean' = 'sum'): Work<void> {
    const id = this.#start(() => collectives().allReduceSum(this.#state.handle, tensor.handle))
    return this.#work('an all-reduce', id, () => {
      if (op === 'mean') scope(() => noGrad(() => void tensor.div_(this.worldSize)))
    })
  }

  broadcast(tensor: Tensor, from = 0): Work<void> {
    if (!Number.isInteger(from) || from < 0 || from >= this.worldSize) {
      throw new TorchError('BadArgument', `broadcast: there is no rank ${from} of ${this.worldSize}`)
    }
    const id = this.#start(() => collectives().broadcast(this.#state.handle, tensor.handle, from))
    return this.#work('a broadcast', id, () => undefined)
  }

  allGather(tensor: Tensor): Work<Tensor[]> {
    let gathered: Tensor[] = []
    const id = this.#start(() => {
      const [work, ...handles] = collectives().allGather(this.#state.handle, tensor.handle)
      gathered = handles.map((handle) => new Tensor(handle))
      return work
    })
    return this.#work('an all-gather', id, () => gathered)
  }

  async barrier(): Promise<void> {
    const here = scope(() => ones([1], { device: this.device })).keep()
    try {
      await this.allReduce(here).wait()
    } finally {
      here.dispose()
    }
  }

  destroy(): Promise<void> {
    this.#destroyed ??= this.#leave()
    return this.#destroyed
  }

  #start(begin: () => number): number {
    if (this.#destroyed) throw new TorchError('GroupClosed', 'the process group was destroyed')
    if (this.#failure) throw this.#failure
    const id = begin()
    this.#started++
    this.#open++
    return id
  }

  #work<T>(what: string, id: number, result: () => T): Work<T> {
    const started = this.#started
    return work(async () => {
      await this.#complete(what, id, started)
      this.#open--
      return result()
    })
  }

  async #complete(what: string, id: number, started: number): Promise<void> {
    const native = collectives()
    const began = Date.now()
    let watching = false
    try {
      for (;;) {
        if (this.#failure) throw this.#failure
        if (native.workWait(id, TURN_MS)) return
        const waited = Date.now() - began
        if (!watching && waited >= CALM_MS) {
          watching = true
          this.#watch.begin()
        }
        const lost = watching ? this.#watch.lost(what) : undefined
        if (lost) throw lost
        if (waited >= 1000 * this.#state.timeout) throw this.#watch.overdue(what, started)
        await turn()
      }
    } catch (error) {
      throw await this.#fail(what, error as TorchError)
    } finally {
      if (watching && !this.#failure) this.#watch.end()
    }
  }

  /** The group ends with its first failure; the others are told at once, so that they need not find out. */
  async #fail(what: string, error: TorchError): Promise<TorchError> {
    if (this.#failure) return this.#failure
    const ours = error instanceof RankLost || error.code === 'DistributedTimeout' || error.code === 'GroupClosed'
    const reason = ours ? error : await this.#watch.explain(what, error.message.replace(/^workWait: /, ''))
    if (this.#failure) return this.#failure
    this.#failure = reason
    if (!this.#destroyed) {
      const culprit = reason instanceof RankLost ? (reason.ranks[0] ?? -1) : -1
      collectives().endGroup(this.#state.handle, culprit)
    }
    return reason
  }

  async #leave(): Promise<void> {
    const native = collectives()
    const { handle, store, timeout, closed } = this.#state
    if (!this.#failure) {
      native.groupLeave(handle)
      this.#watch.begin()
      const until = Date.now() + 1000 * timeout
      while (!this.#watch.everybodyLeft() && Date.now() < until) await pause(10)
      await this.#storeGone()
    }
    native.closeGroup(handle, !this.#failure && this.#open === 0)
    native.closeStore(store)
    closed()
  }

  /** Whoever joins again must not meet at the old store: rank 0 closes it first. */
  async #storeGone(): Promise<void> {
    if (this.rank === 0 || !this.#state.ownStore) return
    const until = Date.now() + STORE_MS
    while (!this.#watch.storeLost() && Date.now() < until) await pause(10)
  }
}

/** A process by itself: every collective is done when it starts. */
export class SoleGroup implements Group {
  readonly rank = 0
  readonly worldSize = 1
  readonly localRank = 0
  readonly backend = null
  constructor(readonly device: Device) {}

  allReduce(): Work<void> {
    return work(async () => undefined)
  }

  broadcast(): Work<void> {
    return work(async () => undefined)
  }

  allGather(tensor: Tensor): Work<Tensor[]> {
    const gathered = [scope(() => tensor.detach().clone())]
    return work(async () => gathered)
  }

  async barrier(): Promise<void> {}

  async destroy(): Promise<void> {}
}
