import { setTimeout as pause } from 'node:timers/promises'
import { TorchError } from '../errors.js'
import { collectives } from './addon.js'
import { ranks } from './rendezvous.js'

/** The states of native/pulse.h. */
const State = { silent: 0, working: 1, leaving: 2, gone: 3 } as const

interface Peer {
  rank: number
  state: number
  /** Seconds since it was last heard. */
  age: number
  /** Collectives that it has started. */
  started: number
  /** Whom it blames for its end; -1 where nobody. */
  culprit: number
}

/** Seconds. */
export interface Patience {
  /** How long one collective may take while everybody is alive. */
  timeout: number
  /** How long a rank may be silent: shorter once a connection has failed. */
  silence: number
}

/** After a connection has failed, who has not been heard for so long is gone: a beat takes half a second. */
const SUSPICION = 3

/** Looks after the other ranks of a group while this one waits. */
export class Watch {
  readonly #group: number
  readonly #rank: number
  readonly #worldSize: number
  readonly #patience: Patience
  #waiting = 0

  constructor(group: number, rank: number, worldSize: number, patience: Patience) {
    this.#group = group
    this.#rank = rank
    this.#worldSize = worldSize
    this.#patience = patience
  }

  /** Several may wait at the same time. */
  begin(): void {
    if (this.#waiting++ === 0) collectives().groupWatch(this.#group, true)
  }

  end(): void {
    if (--this.#waiting === 0) collectives().groupWatch(this.#group, false)
  }

  /** The error where a rank is gone. */
  lost(what: string, silence = this.#patience.silence): RankLost | undefined {
    const { store, peers } = this.#look()
    const gone = peers.filter(({ state }) => state === State.gone)
    // Who ended because of another is not the one to look at.
    const blamed = gone.filter(({ culprit }) => culprit >= 0 && culprit !== this.#rank).map(({ culprit }) => culprit)
    if (blamed.length > 0) return this.#error(what, [...new Set(blamed)], 'has ended')
    const accusers = gone.filter(({ culprit }) => culprit === this.#rank)
    if (accusers.length > 0) return this.#error(what, rankOf(accusers), 'gave up waiting for this one')
    if (gone.length > 0) return this.#error(what, rankOf(gone), 'has ended')
    if (store < 0) return this.#error(what, [0], 'has ended, and the store with it')
    if (store > silence) return this.#error(what, [0], `has not answered for ${store.toFixed(0)} s`)
    const silent = peers.filter(({ age }) => age > silence)
    if (silent.length === 0) return undefined
    return this.#error(what, rankOf(silent), `has not been heard for ${silent[0]!.age.toFixed(0)} s`)
  }

  /** After a collective failed: waits until it is known who is gone. */
  async explain(what: string, detail: string): Promise<TorchError> {
    this.begin()
    const until = Date.now() + 1000 * (SUSPICION + 2)
    while (Date.now() < until) {
      const lost = this.lost(what, SUSPICION)
      if (lost) return lost
      await pause(50)
    }
    return new TorchError(
      'RankLost',
      `rank ${this.#rank}: ${what} failed, and no rank is known to have ended (${detail}): look at what the others say`,
    )
  }

  /** Everybody is alive, and still it does not come to its end. */
  overdue(what: string, started: number): TorchError {
    const behind = this.#look().peers.filter((peer) => peer.started < started)
    const who =
      behind.length > 0
        ? `${ranks(rankOf(behind))} ${behind.length === 1 ? 'has' : 'have'} not come to it`
        : 'every rank has come to it, so the network may be slow or broken'
    return new TorchError(
      'DistributedTimeout',
      `rank ${this.#rank} waited ${this.#patience.timeout} s for ${what}, collective ${started}, and ${who}: ` +
        'all ranks must make the same calls; raise timeoutSeconds where one may be busy for longer',
    )
  }

  /** Whether all others have finished, or have ended, or the store has. */
  everybodyLeft(): boolean {
    const { store, peers } = this.#look()
    return store < 0 || peers.every(({ state, age }) => state >= State.leaving || age > this.#patience.silence)
  }

  storeLost(): boolean {
    return this.#look().store < 0
  }

  #look(): { store: number; peers: Peer[] } {
    const [store = -1, ...numbers] = collectives().groupPeers(this.#group)
    const peers = Array.from({ length: this.#worldSize }, (_, rank) => {
      const [state = 0, age = 0, started = 0, culprit = -1] = numbers.slice(4 * rank, 4 * rank + 4)
      return { rank, state, age, started, culprit }
    })
    return { store, peers: peers.filter(({ rank }) => rank !== this.#rank) }
  }

  #error(what: string, lost: number[], how: string): RankLost {
    const verb = lost.length === 1 ? how : how.replace(/^has/, 'have')
    return new RankLost(
      `rank ${this.#rank}: ${what} cannot finish: ${ranks(lost)} of ${this.#worldSize} ${verb}: look at what ` +
        `${lost.length === 1 ? 'that rank' : 'those ranks'} said last, then start all ranks again`,
      lost,
    )
  }
}

const rankOf = (peers: readonly Peer[]): number[] => peers.map(({ rank }) => rank)

/** With the ranks that are gone, so that those who wait for this one learn the true cause. */
export class RankLost extends TorchError {
  constructor(
    message: string,
    readonly ranks: readonly number[],
  ) {
    super('RankLost', message)
  }
}
