import type { Progress } from '../../progress.js'

/** Tells of all files of a pull as of one piece of work, in MiB. */
export class Teller {
  fetched = 0
  private total = 0
  /** Bytes of files that are done, and of the incomplete ones that are still to be worked on. */
  private before = 0
  private current = 0
  private path = ''

  constructor(
    private readonly name: string,
    private readonly progress: Progress,
  ) {}

  begin(total: number, there: number): void {
    this.total = total
    this.before = there
    this.current = 0
    if (total > 0) this.note('')
  }

  file(path: string, begun: number): void {
    this.path = path
    this.before -= begun
    this.current = begun
  }

  readonly arrived = (bytes: number, fresh: number): void => {
    this.current = bytes
    this.fetched += fresh
    this.note(this.path)
  }

  fileDone(bytes: number): void {
    this.before += bytes
    this.current = 0
  }

  note(note: string): void {
    const mebibytes = (bytes: number) => Math.round((bytes / 2 ** 20) * 10) / 10
    const [done, total] = [mebibytes(this.before + this.current), mebibytes(this.total)]
    const event = { task: `pull ${this.name}`, done, unit: 'MiB', ...(note === '' ? {} : { note }) }
    this.progress(total > 0 ? { ...event, total } : event)
  }
}
