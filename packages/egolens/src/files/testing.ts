import { type Disk, type DiskFile, type DiskReader, onDisk, realDisk } from './disk.js'

/**
 * What goes wrong at an operation. ENOSPC and EDQUOT stay: nothing that needs room succeeds afterwards. EIO passes.
 * `short`: a write takes half of its bytes, which is no error. `kill`: the process ends itself by SIGKILL, in the
 * middle of a write. `death`: the same within one process: nothing reaches the disk any more.
 */
export type Fault = 'ENOSPC' | 'EDQUOT' | 'EIO' | 'short' | 'kill' | 'death'

/**
 * A disk on which the operation number `at` (from 1) goes wrong; without a fault it counts and remembers. Syncing is
 * counted and not done: no test cuts the power, and thousands of them take minutes.
 */
export class FaultyDisk implements Disk {
  /** Every operation so far, in order: "rename a b". */
  readonly operations: string[] = []

  constructor(
    private readonly at = Number.POSITIVE_INFINITY,
    private readonly fault: Fault = 'EIO',
  ) {}

  /** True once the operation that fails has come. */
  get struck(): boolean {
    return this.operations.length >= this.at
  }

  /** Reading is as it is; {@link FaultyReads} fails at it. */
  openToRead(path: string): Promise<DiskReader> {
    return realDisk.openToRead(path)
  }

  list(path: string): Promise<string[]> {
    return realDisk.list(path)
  }

  status(path: string): ReturnType<Disk['status']> {
    return realDisk.status(path)
  }

  async makeDirectory(path: string): Promise<void> {
    this.#operation('makeDirectory', [path], { needsRoom: true })
    await realDisk.makeDirectory(path)
  }

  async open(path: string, how: 'wx' | 'w' | 'r+' | 'a'): Promise<DiskFile> {
    this.#operation(`open:${how}`, [path], { needsRoom: how !== 'r+' })
    const file = await realDisk.open(path, how)
    return {
      write: async (bytes, position) => {
        const half = bytes.subarray(0, Math.ceil(bytes.length / 2))
        const strikes = this.operations.length + 1 === this.at
        if (strikes) {
          const taken = await file.write(half, position)
          if (this.fault === 'short') {
            this.operations.push(`write ${path}`)
            return taken
          }
        }
        this.#operation('write', [path], { needsRoom: true })
        return file.write(bytes, position)
      },
      sync: async () => {
        this.#operation('sync', [path])
      },
      close: async () => {
        // A failed close has closed all the same, and so has the end of a process.
        await file.close()
        this.#operation('close', [path])
      },
    }
  }

  async rename(from: string, to: string): Promise<void> {
    this.#operation('rename', [from, to])
    await realDisk.rename(from, to)
  }

  async remove(path: string): Promise<void> {
    this.#operation('remove', [path])
    await realDisk.remove(path)
  }

  async truncate(path: string, bytes: number): Promise<void> {
    this.#operation('truncate', [path])
    await realDisk.truncate(path, bytes)
  }

  async copy(from: string, to: string): Promise<void> {
    this.#operation('copy', [from, to], { needsRoom: true })
    await realDisk.copy(from, to)
  }

  async link(file: string, path: string): Promise<void> {
    this.#operation('link', [file, path], { needsRoom: true })
    await realDisk.link(file, path)
  }

  async symlink(target: string, path: string): Promise<void> {
    this.#operation('symlink', [target, path], { needsRoom: true })
    await realDisk.symlink(target, path)
  }

  async touch(path: string): Promise<void> {
    await realDisk.touch(path) // comes by the clock, so it is not counted
  }

  async syncDirectory(path: string): Promise<void> {
    this.#operation('syncDirectory', [path])
  }

  #operation(name: string, paths: string[], { needsRoom = false } = {}): void {
    this.operations.push([name, ...paths].join(' '))
    const count = this.operations.length
    if (count < this.at || this.fault === 'short') return
    if (this.fault === 'kill') process.kill(process.pid, 'SIGKILL')
    const isOver = this.fault === 'death' || (this.fault !== 'EIO' && needsRoom)
    if (count === this.at || isOver) throw systemError(this.fault, name, paths[0]!)
  }
}

/** What goes wrong at a read: an error that passes, or `short`: half of the bytes come, which is no error. */
export type ReadFault = 'EIO' | 'ESTALE' | 'EACCES' | 'short'

/**
 * A disk on which the reading operation number `at` (from 1) goes wrong: opening, reading, listing, asking for the
 * status. Without a fault it counts and remembers. Writing is as on a {@link FaultyDisk} without one.
 */
export class FaultyReads extends FaultyDisk {
  /** Every reading operation so far, in order: "read a". */
  readonly reads: string[] = []

  constructor(
    private readonly atRead = Number.POSITIVE_INFINITY,
    private readonly readFault: ReadFault = 'EIO',
  ) {
    super()
  }

  override get struck(): boolean {
    return this.reads.length >= this.atRead
  }

  override async openToRead(path: string): Promise<DiskReader> {
    this.#reading('open', path)
    const file = await super.openToRead(path)
    return {
      size: file.size,
      read: async (into, position) => {
        const short = this.#reading('read', path)
        return file.read(short ? into.subarray(0, Math.ceil(into.length / 2)) : into, position)
      },
      close: () => file.close(),
    }
  }

  override async list(path: string): Promise<string[]> {
    this.#reading('list', path)
    return super.list(path)
  }

  override async status(path: string): ReturnType<Disk['status']> {
    this.#reading('status', path)
    return super.status(path)
  }

  /** @returns whether this read is to be a short one */
  #reading(name: string, path: string): boolean {
    this.reads.push(`${name} ${path}`)
    if (this.reads.length !== this.atRead) return false
    if (this.readFault === 'short') return true
    throw systemError(this.readFault, name, path)
  }
}

function systemError(fault: string, operation: string, path: string): NodeJS.ErrnoException {
  const code = fault === 'death' ? 'EIO' : fault
  return Object.assign(new Error(`${code}: ${operation} '${path}'`), { code, syscall: operation, path })
}

/** As {@link sweep}, with the fault at the k-th reading operation. @returns the reads of the whole work */
export async function sweepReads(
  fault: ReadFault,
  work: (k: number) => Promise<void>,
  examine: (k: number, error: unknown, read: string) => Promise<void>,
  { step = 1 } = {},
): Promise<string[]> {
  for (let k = 1; ; k += step) {
    const disk = new FaultyReads(k, fault)
    const error: unknown = await onDisk(disk, () => work(k)).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    await examine(k, error, disk.reads[k - 1] ?? '')
    if (!disk.struck) return disk.reads
  }
}

/**
 * Does `work` again and again, the k-th time with a fault at its k-th operation, until one comes through unharmed.
 *
 * @param work is to begin from the same state each time
 * @param examine looks at what a fault has left; `error` is what `work` threw, if anything
 * @returns the number of operations of the whole work
 */
export async function sweep(
  fault: Fault,
  work: (k: number) => Promise<void>,
  examine: (k: number, error: unknown) => Promise<void>,
  { step = 1 } = {},
): Promise<number> {
  for (let k = 1; ; k += step) {
    const disk = new FaultyDisk(k, fault)
    const error: unknown = await onDisk(disk, () => work(k)).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    await examine(k, error)
    if (!disk.struck) return disk.operations.length
  }
}
