import { describe, expect, it } from 'vitest'
import { environment, type Variables } from './environment.js'

const torchrun = {
  RANK: '3',
  LOCAL_RANK: '1',
  WORLD_SIZE: '4',
  LOCAL_WORLD_SIZE: '2',
  MASTER_ADDR: '10.0.0.7',
  MASTER_PORT: '29500',
}
const slurm = {
  SLURM_JOB_ID: '41',
  SLURM_STEP_ID: '2',
  SLURM_PROCID: '1',
  SLURM_LOCALID: '0',
  SLURM_NTASKS: '2',
  SLURM_STEP_NUM_TASKS: '2',
  SLURM_STEP_NODELIST: 'gpu[07-08]',
}
const kubernetes = { JOB_COMPLETION_INDEX: '1', WORLD_SIZE: '2', MASTER_ADDR: 'train-0.train' }

const refused = (variables: Variables) => {
  try {
    environment(variables)
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    expect(code).toBe('DistributedEnvironment')
    expect(message).toMatch(
      /Start the processes by `egolens launch`, torchrun or srun, .*, or unset them all to run alone$/,
    )
    return message.split('. Start')[0]
  }
  throw new Error('nothing was refused')
}

describe('the environment of a process', () => {
  it('is alone without any variables', () => {
    expect(environment({ PATH: '/bin', RANK: '' })).toMatchObject({
      origin: 'alone',
      rank: 0,
      worldSize: 1,
      localRank: 0,
    })
  })

  it("is torchrun's", () => {
    expect(environment(torchrun)).toEqual({
      origin: 'torchrun',
      rank: 3,
      localRank: 1,
      worldSize: 4,
      masterAddress: '10.0.0.7',
      masterPort: 29500,
      agentStore: false,
      attempt: '0',
    })
    const restarted = { ...torchrun, TORCHELASTIC_USE_AGENT_STORE: 'True', TORCHELASTIC_RESTART_COUNT: '2' }
    expect(environment(restarted)).toMatchObject({ agentStore: true, attempt: '2' })
  })

  it('needs no master for one process', () => {
    expect(environment({ RANK: '0', WORLD_SIZE: '1' })).toMatchObject({ origin: 'torchrun', worldSize: 1 })
  })

  it('is that of a task of srun, where there is no RANK', () => {
    expect(environment(slurm)).toMatchObject({
      origin: 'slurm',
      rank: 1,
      localRank: 0,
      worldSize: 2,
      masterAddress: 'gpu07',
      masterPort: 20_658,
    })
    const { SLURM_STEP_ID: _, SLURM_STEP_NUM_TASKS: __, ...batch } = slurm
    expect(environment(batch).origin).toBe('alone')
    expect(environment({ ...slurm, MASTER_ADDR: '10.0.0.7', MASTER_PORT: '1234' })).toMatchObject({
      masterAddress: '10.0.0.7',
      masterPort: 1234,
    })
    expect(environment({ ...slurm, ...torchrun })).toMatchObject({ origin: 'torchrun', rank: 3 })
  })

  it('is that of a pod of an Indexed Job', () => {
    expect(environment(kubernetes)).toMatchObject({
      origin: 'kubernetes',
      rank: 1,
      localRank: 0,
      worldSize: 2,
      masterAddress: 'train-0.train',
      masterPort: 29500,
    })
  })

  it('names everything that is missing', () => {
    expect(refused({ RANK: '0' })).toBe('RANK=0, but WORLD_SIZE, MASTER_ADDR, MASTER_PORT are not set')
    expect(refused({ WORLD_SIZE: '2', MASTER_ADDR: 'a', MASTER_PORT: '1' })).toBe(
      'WORLD_SIZE=2, MASTER_ADDR=a, MASTER_PORT=1, but RANK is not set',
    )
    expect(refused({ JOB_COMPLETION_INDEX: '0', MASTER_ADDR: 'a' })).toBe(
      'JOB_COMPLETION_INDEX=0, MASTER_ADDR=a, but WORLD_SIZE is not set',
    )
  })

  it('names what does not fit together', () => {
    expect(refused({ ...torchrun, RANK: '4' })).toBe('RANK=4, but WORLD_SIZE=4: ranks count from 0')
    expect(refused({ ...torchrun, LOCAL_RANK: '2' })).toBe('LOCAL_RANK=2, but LOCAL_WORLD_SIZE=2: ranks count from 0')
    expect(refused({ ...torchrun, WORLD_SIZE: 'two' })).toBe('WORLD_SIZE=two is no whole number from 1')
    expect(refused({ ...torchrun, MASTER_PORT: '70000' })).toBe('MASTER_PORT=70000 is no whole number from 1 to 65535')
    expect(refused({ ...slurm, WORLD_SIZE: '4' })).toBe('WORLD_SIZE=4, but SLURM_STEP_NUM_TASKS=2')
  })
})
