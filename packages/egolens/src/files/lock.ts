import { createHash, randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EgoLensError } from '../errors.js'
import { temporaryName, writeFile } from '../files.js'
import { disk } from './disk.js'
import { diskFault } from './fault.js'
import { type Identity, identity, isOfThisPlace, runs } from './identity.js'

/** What stands in a lock file. */
export type Holder = Identity & { token: string }

export interface LockOptions {
  signal?: AbortSignal | undefined
  /** Called once when another has the lock. */
  onWait?(holder: Partial<Holder>): void
  /** Milliseconds between looks at a lock that is taken. */
  poll?: number
  /** Milliseconds to wait for one who is at work; by default as long as it takes. 0: refuse at once. */
  patience?: number
  /** Milliseconds without a sign of life after which a holder that cannot be asked, one elsewhere, counts as gone. */
  silence?: number
  /** The error for those who are refused. */
  refusal?(path: string, holder: Partial<Holder>): EgoLensError
}

/** A lock that is held until `release`. */
export interface Lock {
  /** True where the one before was gone without giving it back. */
  readonly takenOver: boolean
  /** @throws EgoLensError `lock/lost` where another has taken it, as after a long sleep of this machine */
  check(): Promise<void>
  /** Never fails: a lock that cannot be removed is taken over once this process has ended. */
  release(): Promise<void>
}

/** Tokens of the locks that this thread holds: a file with its identity and another token is a leftover. */
const held = new Set<string>()

/**
 * Takes a lock file, for processes on this machine or on others that share the directory.
 *
 * The file holds who has it. Whether a process of this machine runs still is asked of the system, with its start time,
 * so that a killed one's lock is taken over at once, also when its id has been given again. A holder elsewhere shows
 * life by the file's time of change, which is compared with itself only: clocks need not agree, and may jump. Taking
 * over is itself done under a lock named by what is taken over, so that of several who find it only one does.
 *
 * @throws EgoLensError `lock/held`, or `refusal`'s, when patience is over; `disk/...`
 */
export async function takeLock(path: string, options: LockOptions = {}): Promise<Lock> {
  const { poll = 100, patience = Number.POSITIVE_INFINITY, refusal = isHeld, signal } = options
  const own: Holder = { ...identity(), token: randomUUID() }
  const began = performance.now()
  const watched = new Watch(options.silence ?? 60_000)
  let told = false
  held.add(own.token)
  try {
    await disk().makeDirectory(dirname(path))
    for (;;) {
      const seen = await look(path)
      if (seen === undefined) {
        if (await create(path, own)) return hold(path, own, false, options)
        continue
      }
      const life = watched.judge(seen)
      if (life === 'gone') {
        if (await takeOver(path, seen, own, options)) return hold(path, own, true, options)
        continue
      }
      const waited = performance.now() - began
      if (waited >= patience && (life === 'alive' || patience > 0)) throw refusal(path, seen.holder ?? {})
      if (!told) options.onWait?.(seen.holder ?? {})
      told = true
      await pause(poll * (0.75 + Math.random() / 2), signal)
    }
  } catch (error) {
    held.delete(own.token)
    throw diskFault(error, path)
  }
}

/** Does `work` while a lock is held. @throws as takeLock */
export async function withLock<T>(
  path: string,
  work: (lock: Lock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const lock = await takeLock(path, options)
  try {
    return await work(lock)
  } finally {
    await lock.release()
  }
}

interface Seen {
  text: string
  /** Changes with every sign of life. */
  beat: string
  holder: Partial<Holder> | undefined
}

async function look(path: string): Promise<Seen | undefined> {
  try {
    const [text, { mtimeMs, ino }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    return { text, beat: `${ino} ${mtimeMs}`, holder: parse(text) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A lock that was cut off while it was written has no holder. */
function parse(text: string): Partial<Holder> | undefined {
  try {
    const value = JSON.parse(text) as Partial<Holder> | null
    return Number.isInteger(value?.pid) && typeof value?.host === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** Tells whether the holder of a lock lives, from looking again and again. */
class Watch {
  #seen: Seen | undefined
  #since = 0
  #beats = 0

  constructor(private readonly silence: number) {}

  judge(seen: Seen): 'alive' | 'gone' | 'unknown' {
    const { holder } = seen
    if (holder && isOfThisPlace(holder)) return isHere(holder) ? 'alive' : 'gone'
    if (this.#seen?.text !== seen.text) this.#beats = 0
    else if (this.#seen.beat !== seen.beat) this.#beats++
    if (this.#seen?.text !== seen.text || this.#seen.beat !== seen.beat) this.#since = performance.now()
    this.#seen = seen
    // Without hard links a file is empty for a moment before its holder is in it.
    const limit = holder ? this.silence : Math.min(this.silence, 1000)
    if (performance.now() - this.#since > limit) return 'gone'
    return this.#beats > 0 ? 'alive' : 'unknown'
  }
}

function isHere({ pid, started, thread, token }: Partial<Holder>): boolean {
  const self = identity()
  if (pid === self.pid && (thread ?? self.thread) === self.thread && (started ?? '') === self.started) {
    return token !== undefined && held.has(token)
  }
  return runs({ pid: pid!, started })
}

/** The file appears with its content, by a link; where there are no links, first empty. */
async function create(path: string, own: Holder): Promise<boolean> {
  const temporary = temporaryName(path)
  try {
    await writeHolder(temporary, own)
    await disk().link(temporary, path)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (!/^(EPERM|ENOSYS|ENOTSUP|EOPNOTSUPP|EMLINK)$/.test(code)) throw error
  } finally {
    await disk()
      .remove(temporary)
      .catch(() => {})
  }
  try {
    await writeHolder(path, own)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const writeHolder = (path: string, own: Holder) =>
  writeFile(path, 'wx', (file) => file.write(`${JSON.stringify(own)}\n`))

/** Replaces the lock that was seen by one's own, unless it has changed. */
async function takeOver(path: string, seen: Seen, own: Holder, options: LockOptions): Promise<boolean> {
  const { silence, signal, poll } = options
  const rest = { signal, ...(silence === undefined ? {} : { silence }), ...(poll === undefined ? {} : { poll }) }
  return withLock(
    `${path}.${createHash('sha256').update(seen.text).digest('hex').slice(0, 12)}`,
    async () => {
      if ((await look(path))?.text !== seen.text) return false
      const temporary = temporaryName(path)
      await writeHolder(temporary, own)
      await disk().rename(temporary, path)
      return true
    },
    rest,
  )
}

function hold(path: string, own: Holder, takenOver: boolean, options: LockOptions): Lock {
  const { silence = 60_000 } = options
  const content = `${JSON.stringify(own)}\n`
  let renewed = performance.now()
  const isOwn = async () => (await readFile(path, 'utf8').catch(() => '')) === content
  const renew = async () => {
    if (await isOwn()) await disk().touch(path)
    renewed = performance.now()
  }
  const beating = setInterval(() => void renew().catch(() => {}), silence / 6).unref()
  const remove = async () => {
    if (await isOwn()) await disk().remove(path)
  }
  return {
    takenOver,
    async check() {
      if (await isOwn()) return
      throw new EgoLensError('lock/lost', 'another process has taken the lock: this one gave no sign of life', {
        where: path,
        cure: 'let one of the two end; nothing more is written by this one',
      })
    },
    async release() {
      clearInterval(beating)
      // One who was silent may be about to be replaced: not between the look and the removal.
      const late = performance.now() - renewed > silence / 2
      const marker = `${path}.${createHash('sha256').update(content).digest('hex').slice(0, 12)}`
      await (late ? withLock(marker, remove, { silence }) : remove()).catch(() => {})
      held.delete(own.token)
    },
  }
}

function isHeld(path: string, { pid, host }: Partial<Holder>): EgoLensError {
  return new EgoLensError('lock/held', `process ${pid ?? '?'} on ${host ?? '?'} has the lock`, {
    where: path,
    cure: 'wait for it, or end it',
  })
}

/** An interruption ends the sleep with the signal's own reason. */
async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted())
}
