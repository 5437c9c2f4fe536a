import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { TorchError } from '../errors.js'
import { collectives } from './addon.js'
import type { Environment } from './environment.js'

/** Where the ranks have met: a connection to the store, and what it takes to open another. */
export interface Meeting {
  store: number
  /** The address of this machine by which the others reach it. */
  address: string
  openStore(): number
}

/** What each rank leaves at the store when it comes. */
interface Member {
  worldSize: number
  address: string
}

/**
 * Brings all ranks together at the master's store, which rank 0 holds. While it waits, the event loop runs.
 *
 * @param round sets the groups apart that one process joins after each other
 * @throws TorchError DistributedTimeout naming the ranks that did not come; DistributedEnvironment where two processes
 * are the same rank, where they do not agree on how many they are, or where the port is taken
 */
export async function meet(environment: Environment, round: number, timeoutMs: number): Promise<Meeting> {
  const { rank, masterAddress, masterPort, attempt, agentStore } = environment
  const native = collectives()
  const deadline = Date.now() + timeoutMs
  const prefix = `egolens/${attempt}/${round}`
  const server = rank === 0 && !agentStore
  const open = (asServer: boolean) => native.openStore(masterAddress, masterPort, asServer, prefix, timeoutMs)
  const own = server ? serve(() => open(true), environment) : undefined
  try {
    const address = await addressTowards(environment, deadline)
    const store = own ?? open(false)
    try {
      await join(store, environment, address, deadline)
    } catch (error) {
      if (own === undefined) native.closeStore(store)
      throw error
    }
    return { store, address, openStore: () => open(false) }
  } catch (error) {
    if (own !== undefined) native.closeStore(own)
    throw error
  }
}

function serve(open: () => number, { masterPort }: Environment): number {
  try {
    return open()
  } catch (error) {
    const detail = (error as Error).message
    if (!/in use|EADDRINUSE/i.test(detail)) throw error
    throw new TorchError(
      'DistributedEnvironment',
      `port ${masterPort} of this machine is taken: a group that was started before may still run here; ` +
        'end it, or set MASTER_PORT to another one for all ranks',
    )
  }
}

/** Knocks until the master's store answers; tells by which address of this machine it is reached. */
async function addressTowards(environment: Environment, deadline: number): Promise<string> {
  const { masterAddress, masterPort, rank, worldSize } = environment
  let last = 'it did not answer'
  while (Date.now() < deadline) {
    try {
      return await knock(masterAddress, masterPort, Math.min(5000, deadline - Date.now()))
    } catch (error) {
      last = (error as Error).message
      await pause(50)
    }
  }
  throw new TorchError(
    'DistributedTimeout',
    `rank ${rank} of ${worldSize} did not reach the master at ${masterAddress}:${masterPort} (${last}): ` +
      'start rank 0 there, and let the ranks reach that address and port',
  )
}

function knock(host: string, port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: Math.max(1, timeoutMs) })
    socket.once('connect', () => {
      const address = socket.localAddress ?? '127.0.0.1'
      socket.destroy()
      resolve(address.replace(/^::ffff:/, ''))
    })
    socket.once('timeout', () => socket.destroy(new Error('it did not answer')))
    socket.once('error', reject)
  })
}

async function join(store: number, environment: Environment, address: string, deadline: number): Promise<void> {
  const native = collectives()
  const { rank, worldSize } = environment
  const me: Member = { worldSize, address }
  if (native.storeAdd(store, `taken/${rank}`, 1) > 1) {
    throw new TorchError(
      'DistributedEnvironment',
      `two processes are rank ${rank} of ${worldSize}: give each a RANK of its own, or another MASTER_PORT to each group`,
    )
  }
  native.storeSet(store, `member/${rank}`, JSON.stringify(me))
  const members = new Map<number, Member>()
  for (;;) {
    for (let other = 0; other < worldSize; other++) {
      const text = members.has(other) ? null : native.storeGet(store, `member/${other}`)
      if (text !== null) members.set(other, agree(environment, address, other, JSON.parse(text) as Member))
    }
    if (members.size === worldSize) return
    if (Date.now() >= deadline) throw absent(environment, members)
    await pause(20)
  }
}

function agree({ rank, worldSize }: Environment, address: string, other: number, member: Member): Member {
  if (member.worldSize !== worldSize) {
    throw new TorchError(
      'DistributedEnvironment',
      `rank ${rank} was started as one of ${worldSize}, rank ${other} as one of ${member.worldSize}: ` +
        'start all with the same WORLD_SIZE',
    )
  }
  if (isLoopback(member.address) !== isLoopback(address)) {
    const [inside, outside] = isLoopback(address) ? [rank, other] : [other, rank]
    throw new TorchError(
      'DistributedEnvironment',
      `rank ${inside} knows the master by a loopback address, which rank ${outside} on another machine cannot reach: ` +
        "set MASTER_ADDR to the master's address in the network",
    )
  }
  return member
}

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'

function absent({ rank, worldSize }: Environment, members: ReadonlyMap<number, Member>): TorchError {
  const missing = Array.from({ length: worldSize }, (_, other) => other).filter((other) => !members.has(other))
  return new TorchError(
    'DistributedTimeout',
    `rank ${rank} waited in vain for ${ranks(missing)} of ${worldSize}: look at what ${missing.length === 1 ? 'it says' : 'they say'}, ` +
      'or raise timeoutSeconds where starting takes longer',
  )
}

/** Such as `rank 3` or `ranks 1, 2 and 3`. */
export function ranks(list: readonly number[]): string {
  if (list.length === 1) return `rank ${list[0]}`
  return `ranks ${list.slice(0, -1).join(', ')} and ${list.at(-1)}`
}
