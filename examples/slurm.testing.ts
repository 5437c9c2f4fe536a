import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../packages/torch/src/distributed/ranks.testing.js'

// Debian keeps the daemons where only root's PATH looks.
const daemon = (name: string) =>
  ['/usr/sbin', '/usr/bin'].map((dir) => join(dir, name)).find((path) => existsSync(path))

/** Whether Debian's slurm-wlm and munge are here. */
export const slurmHere = (): boolean =>
  ['munged', 'slurmctld', 'slurmd', 'srun'].every((name) => daemon(name) !== undefined)

export interface Slurm {
  /** What `srun` needs to find this Slurm and no other. */
  environment: Record<string, string>
  stop(): Promise<void>
}

/**
 * A Slurm of one machine that lives in a folder: its own munged, slurmctld and slurmd, with ports and sockets of their
 * own, in the foreground and without systemd.
 */
export async function startSlurm(folder: string): Promise<Slurm> {
  const started: { name: string; child: ChildProcess; said: () => string }[] = []
  const start = (name: string, ...args: string[]) => {
    const child = spawn(daemon(name)!, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        text += data
      })
    }
    started.push({ name, child, said: () => text })
  }
  const stop = async () => {
    for (const { child } of [...started].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await Promise.race([ended, pause(5000).then(() => child.kill('SIGKILL'))])
      await ended
    }
  }
  const config = join(folder, 'slurm.conf')
  const environment = { SLURM_CONF: config }
  writeFileSync(config, slurmConf(folder, await freePort(), await freePort()))
  writeFileSync(join(folder, 'cgroup.conf'), 'CgroupAutomount=no\n')
  for (const name of ['state', 'spool', 'munge']) mkdirSync(join(folder, name), { mode: 0o755 })
  const key = join(folder, 'munge', 'key')
  writeFileSync(key, Buffer.from(Array.from({ length: 128 }, () => Math.floor(256 * Math.random()))), { mode: 0o600 })
  chmodSync(folder, 0o755)
  try {
    start('munged', '--foreground', '--force', ...mungeFiles(folder), `--key-file=${key}`)
    await until(() => existsSync(join(folder, 'munge', 'socket')), started, 'munged has a socket')
    start('slurmctld', '-D', '-i', '-f', config)
    start('slurmd', '-D', '-f', config)
    const idle = () =>
      spawnSync('sinfo', ['--noheader', '--format=%T'], { env: { ...process.env, ...environment }, encoding: 'utf8' })
        .stdout.trim()
        .startsWith('idle')
    await until(idle, started, 'the node is idle')
    return { environment, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const mungeFiles = (folder: string) =>
  ['socket', 'pid-file', 'log-file', 'seed-file'].map((name) => `--${name}=${join(folder, 'munge', name)}`)

function slurmConf(folder: string, controlPort: number, nodePort: number): string {
  const host = hostname().split('.')[0]
  const { username } = userInfo()
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controlPort}
SlurmdPort=${nodePort}
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/munge
AuthInfo=socket=${join(folder, 'munge', 'socket')}
CredType=cred/munge
StateSaveLocation=${join(folder, 'state')}
SlurmdSpoolDir=${join(folder, 'spool')}
SlurmctldPidFile=${join(folder, 'slurmctld.pid')}
SlurmdPidFile=${join(folder, 'slurmd.pid')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} State=UNKNOWN
PartitionName=test Nodes=${host} Default=YES MaxTime=5 State=UP
`
}

async function until(
  done: () => boolean,
  started: readonly { name: string; child: ChildProcess; said: () => string }[],
  what: string,
): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!done()) {
    const ended = started.find(({ child }) => child.exitCode !== null)
    if (ended || Date.now() > deadline) {
      const told = started.map(({ name, said }) => `${name}: ${said().split('\n').slice(-8).join('\n')}`)
      throw new Error(`${ended ? `${ended.name} ended` : `waited in vain`} before ${what}:\n${told.join('\n')}`)
    }
    await pause(200)
  }
}

/** Runs a program by `srun` in so many tasks, and gives what it said. */
export function srun({ environment }: Slurm, tasks: number, ...command: string[]): string {
  const args = [`--ntasks=${tasks}`, '--overcommit', '--immediate=60', '--time=2', '--kill-on-bad-exit=1', ...command]
  return execFileSync('srun', args, {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  })
}
