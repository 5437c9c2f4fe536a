import type { Found, Value } from './environment.js'

/**
 * What `srun` says to each of its tasks. A batch script itself has a SLURM_PROCID too, but is no step: it is alone.
 * The first host of the step is the master, on a port that follows from the step's number, so that steps that run
 * beside each other do not meet.
 */
export function fromSlurm(read: (name: string) => Value | undefined): Found | undefined {
  const rank = read('SLURM_PROCID')
  const step = read('SLURM_STEP_ID') ?? read('SLURM_STEPID')
  if (!rank || !step) return undefined
  const hosts = read('SLURM_STEP_NODELIST') ?? read('SLURM_JOB_NODELIST') ?? read('SLURM_NODELIST')
  const first = hosts && firstHost(hosts.text)
  const number = 16 * Number(read('SLURM_JOB_ID')?.text ?? 0) + Number(step.text)
  return {
    origin: 'slurm',
    rank,
    localRank: read('SLURM_LOCALID'),
    worldSize: read('SLURM_STEP_NUM_TASKS') ?? read('SLURM_NTASKS'),
    masterAddress: first ? { name: hosts.name, text: first } : undefined,
    // Below the ports that Linux gives out by itself.
    masterPort: { name: 'SLURM_JOB_ID', text: String(20_000 + (number % 10_000)) },
  }
}

/** The first of a list in Slurm's short form: `node[08-11,20],login1` begins with `node08`. */
export function firstHost(list: string): string {
  const [, prefix = '', range, rest = ''] = /^([^,[]*)(?:\[([^\]]*)\]([^,[]*))?/.exec(list) ?? []
  if (range === undefined) return prefix
  return `${prefix}${/^\d+/.exec(range)?.[0] ?? ''}${rest}`
}
