import { cudaAvailable, cudaDevices } from '../device.js'
import { TorchError } from '../errors.js'
import { type Backend, backends, collectives, unavailable } from './addon.js'
import { type Environment, environment, type Variables } from './environment.js'
import { type Group, ProcessGroup, SoleGroup } from './group.js'
import { meet } from './rendezvous.js'
import { RankLost } from './watch.js'

export interface InitOptions {
  /** Default: NCCL where the add-on has it and there is a GPU, else Gloo. */
  backend?: Backend
  /** Seconds that the start and each collective may take, default 600. A rank that ends is noticed long before. */
  timeoutSeconds?: number
  /** Default: those of the process. */
  variables?: Variables
}

let live = false
/** Groups that this process has begun to join: all ranks count alike. */
let rounds = 0

/**
 * Joins the group of processes that the environment describes (see `environment`); alone, it is a group of one.
 *
 * @throws TorchError DistributedEnvironment, DistributedUnavailable, DistributedTimeout naming who did not come,
 * RankLost where another ended before all had joined, BadArgument
 * @example
 * const group = await distributed.init({ timeoutSeconds: 120 })
 * await group.allReduce(x, 'mean').wait()
 * await group.destroy()
 */
export async function init(options: InitOptions = {}): Promise<Group> {
  const { timeoutSeconds = 600 } = options
  if (!(timeoutSeconds > 0) || !Number.isFinite(timeoutSeconds)) {
    throw new TorchError('BadArgument', `timeoutSeconds is a number above 0, not ${timeoutSeconds}`)
  }
  const variables = options.variables ?? process.env
  const found = environment(variables)
  if (found.worldSize === 1) {
    return new SoleGroup(options.backend !== 'gloo' && cudaAvailable() ? deviceOf('nccl', found) : 'cpu')
  }
  const backend = chosen(options.backend)
  const device = deviceOf(backend, found)
  if (live) throw new TorchError('BadArgument', 'this process is in a group already: destroy() that one first')
  live = true
  try {
    return await open(found, {
      backend,
      device,
      timeout: timeoutSeconds,
      networkInterface: variables.GLOO_SOCKET_IFNAME ?? '',
    })
  } catch (error) {
    live = false
    throw error
  }
}

interface Choices {
  backend: Backend
  device: string
  timeout: number
  /** Empty: the one by which the master is reached. */
  networkInterface: string
}

async function open(found: Environment, choices: Choices): Promise<Group> {
  const { rank, worldSize, localRank } = found
  const { backend, device, timeout, networkInterface } = choices
  const timeoutMs = Math.ceil(1000 * timeout)
  const native = collectives()
  const { store, address, openStore } = await meet(found, ++rounds, timeoutMs).catch((error) => {
    throw orLost(error, found)
  })
  try {
    // The group itself says first who is late: c10d's own limit is for what nobody waits for.
    const limit = 2 * timeoutMs
    const beats = openStore()
    const handle = native.openGroup(store, beats, backend, rank, worldSize, limit, address, networkInterface)
    const closed = () => {
      live = false
    }
    const ownStore = !found.agentStore
    return new ProcessGroup({ handle, store, rank, worldSize, localRank, backend, device, timeout, ownStore, closed })
  } catch (error) {
    native.closeStore(store)
    throw orLost(error, found)
  }
}

/** While ranks join, a connection that breaks is a rank that has ended; which one is not known yet. */
function orLost(error: unknown, { rank, worldSize }: Environment): unknown {
  if (!(error instanceof TorchError) || error.code !== 'OperatorFailed') return error
  const detail = error.message.replace(/^\w+: /, '')
  const message =
    `rank ${rank} of ${worldSize} could not join: another rank has ended meanwhile (${detail}): ` +
    'look at what the others said last, then start all ranks again'
  return new RankLost(message, [])
}

function chosen(wanted: Backend | undefined): Backend {
  const built = backends()
  if (built.length === 0) throw unavailable('Gloo or NCCL')
  if (wanted && !built.includes(wanted)) throw unavailable(wanted === 'gloo' ? 'Gloo' : 'NCCL')
  const usable = built.includes('nccl') && cudaAvailable() ? 'nccl' : 'gloo'
  if (!wanted && !built.includes(usable)) throw unavailable('Gloo')
  return wanted ?? usable
}

function deviceOf(backend: Backend, { localRank, rank }: Environment): string {
  if (backend === 'gloo') return 'cpu'
  const count = cudaAvailable() ? cudaDevices() : 0
  if (localRank >= count) {
    throw new TorchError(
      'DistributedEnvironment',
      `rank ${rank} has LOCAL_RANK ${localRank}, and this machine has ${count} GPUs: start at most one process a GPU, ` +
        "or take backend 'gloo'",
    )
  }
  return `cuda:${localRank}`
}
