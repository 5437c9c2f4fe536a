import { TorchError } from '../errors.js'
import { fromSlurm } from './slurm.js'

/** Who this process is in its group, and where the group meets. */
export interface Environment {
  rank: number
  /** Among the processes of this machine: the index of its GPU. */
  localRank: number
  worldSize: number
  masterAddress: string
  masterPort: number
  /** Whose variables were read; `alone` where there are none. */
  origin: 'torchrun' | 'slurm' | 'kubernetes' | 'alone'
  /** torchrun itself holds the store at the master's address. */
  agentStore: boolean
  /** Sets the keys of one start apart from those of a restart in the same store. */
  attempt: string
}

export type Variables = Readonly<Record<string, string | undefined>>

/** Values as they were found; an empty variable counts as absent. */
export interface Found {
  origin: Environment['origin']
  rank?: Value
  localRank?: Value
  localWorldSize?: Value
  worldSize?: Value
  masterAddress?: Value
  masterPort?: Value
}

/** A value and the name of its variable, for errors. */
export interface Value {
  name: string
  text: string
}

const alone: Environment = {
  rank: 0,
  localRank: 0,
  worldSize: 1,
  masterAddress: '127.0.0.1',
  masterPort: 0,
  origin: 'alone',
  agentStore: false,
  attempt: '0',
}

/**
 * Reads who this process is: torchrun's RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT; where there is no
 * RANK, what `srun` sets; then the JOB_COMPLETION_INDEX of a Kubernetes Indexed Job, with WORLD_SIZE and MASTER_ADDR
 * from its manifest. Without any of them it is alone: rank 0 of 1.
 *
 * @throws TorchError DistributedEnvironment naming every variable that is missing, or those that do not fit together
 */
export function environment(variables: Variables = process.env): Environment {
  const found = find((name) => {
    const text = variables[name]?.trim()
    return text ? { name, text } : undefined
  })
  if (found.origin === 'alone') return { ...alone }
  const missing = missingOf(found)
  if (missing.length > 0) {
    const values = [found.rank, found.localRank, found.worldSize, found.masterAddress, found.masterPort]
    const present = values.filter((value) => value !== undefined && variables[value.name]?.trim() === value.text)
    const verb = missing.length === 1 ? 'is' : 'are'
    throw wrong(`${present.map((value) => say(value!)).join(', ')}, but ${missing.join(', ')} ${verb} not set`)
  }
  const worldSize = whole(found.worldSize!, 1)
  const rank = whole(found.rank!, 0)
  const localRank = found.localRank ? whole(found.localRank, 0) : 0
  if (rank >= worldSize) throw wrong(`${say(found.rank!)}, but ${say(found.worldSize!)}: ranks count from 0`)
  const localWorldSize = found.localWorldSize ? whole(found.localWorldSize, 1) : undefined
  if (localWorldSize !== undefined && localRank >= localWorldSize) {
    throw wrong(`${say(found.localRank!)}, but ${say(found.localWorldSize!)}: ranks count from 0`)
  }
  return {
    rank,
    localRank,
    worldSize,
    masterAddress: found.masterAddress?.text ?? alone.masterAddress,
    masterPort: found.masterPort ? whole(found.masterPort, 1, 65_535) : alone.masterPort,
    origin: found.origin,
    agentStore: found.origin === 'torchrun' && variables.TORCHELASTIC_USE_AGENT_STORE === 'True',
    attempt: variables.TORCHELASTIC_RESTART_COUNT ?? '0',
  }
}

function find(read: (name: string) => Value | undefined): Found {
  const rank = read('RANK')
  const worldSize = read('WORLD_SIZE')
  const masterAddress = read('MASTER_ADDR')
  const masterPort = read('MASTER_PORT')
  const localRank = read('LOCAL_RANK')
  const common = { worldSize, masterAddress, masterPort }
  if (rank) return { origin: 'torchrun', rank, localRank, localWorldSize: read('LOCAL_WORLD_SIZE'), ...common }
  const slurm = fromSlurm(read)
  if (slurm) {
    if (worldSize && worldSize.text !== slurm.worldSize?.text) {
      throw wrong(`${say(worldSize)}, but ${slurm.worldSize ? say(slurm.worldSize) : 'Slurm says nothing of tasks'}`)
    }
    return { ...slurm, masterAddress: masterAddress ?? slurm.masterAddress, masterPort: masterPort ?? slurm.masterPort }
  }
  const index = read('JOB_COMPLETION_INDEX')
  // Each pod has ports of its own, so that one number does for all jobs.
  const port = masterPort ?? { name: 'MASTER_PORT', text: '29500' }
  if (index) return { origin: 'kubernetes', rank: index, ...common, masterPort: port }
  const any = worldSize ?? masterAddress ?? masterPort ?? localRank
  return { origin: any ? 'torchrun' : 'alone', localRank, ...common }
}

function missingOf({ rank, worldSize, masterAddress, masterPort }: Found): string[] {
  const missing = [...(rank ? [] : ['RANK']), ...(worldSize ? [] : ['WORLD_SIZE'])]
  // One process meets nobody.
  if (worldSize?.text === '1') return missing
  return [...missing, ...(masterAddress ? [] : ['MASTER_ADDR']), ...(masterPort ? [] : ['MASTER_PORT'])]
}

function whole(value: Value, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(value.text)
  if (!/^\d+$/.test(value.text) || number < least || number > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`
    throw wrong(`${say(value)} is no whole number ${range}`)
  }
  return number
}

const say = ({ name, text }: Value): string => `${name}=${text}`

function wrong(what: string): TorchError {
  return new TorchError(
    'DistributedEnvironment',
    `${what}. Start the processes by \`egolens launch\`, torchrun or srun, which set RANK, WORLD_SIZE, LOCAL_RANK, ` +
      'MASTER_ADDR and MASTER_PORT, or unset them all to run alone',
  )
}
