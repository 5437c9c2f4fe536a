import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { EgoLensError } from '../errors.js'

export interface ChildOptions {
  /** Named in every error. */
  source: string
  /** Written to the child's stdin, with backpressure. */
  input?: AsyncIterable<Uint8Array>
  stallSeconds?: number
  /** Every line of stderr as it comes. */
  onLine?: (line: string) => void
}

const COMPLAINT = /\[(warning|error|fatal|panic)\] ?(.*)$/

/**
 * A running FFmpeg program: its stdout as an async iterable with backpressure (a reader that waits makes the
 * child wait), its complaints kept, and its end assured: leaving the loop early kills it.
 */
export class Child {
  readonly #child
  readonly #options: ChildOptions
  readonly #complaints: string[] = []
  readonly #ended: Promise<{ code: number | null; signal: string | null }>
  #failure: Error | undefined

  constructor(program: 'ffmpeg' | 'ffprobe', argv: string[], options: ChildOptions) {
    this.#options = options
    this.#child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error: NodeJS.ErrnoException) => {
        this.#failure = error.code === 'ENOENT' ? notInstalled(program) : error
        this.#child.stdout.destroy()
        resolve({ code: null, signal: null })
      })
      this.#child.once('close', (code, signal) => resolve({ code, signal }))
    })
    createInterface({ input: this.#child.stderr }).on('line', (line) => this.#hear(line))
    this.#child.stdin.on('error', () => {}) // a child that has enough closes its input
    if (options.input) void this.#feed(options.input)
    else this.#child.stdin.end()
  }

  /** The chunks of stdout. Throws `video/stalled` where none comes in time. */
  async *output(): AsyncGenerator<Buffer> {
    const chunks = this.#child.stdout.iterator({ destroyOnReturn: true })
    try {
      while (true) {
        const { done, value } = await this.#inTime(chunks.next())
        if (done) return
        yield value as Buffer
      }
    } catch (error) {
      throw this.#failure ?? error
    } finally {
      this.kill()
    }
  }

  /** Waits for the end and throws `video/unreadable` where it was not a clean one. */
  async end(): Promise<void> {
    const { code } = await this.#inTime(this.#ended)
    if (this.#failure) throw this.#failure
    if (code !== 0) throw this.error('video/unreadable', 'FFmpeg cannot read this')
  }

  /** Resolves when the child is gone, however it ended. */
  get gone(): Promise<unknown> {
    return this.#ended
  }

  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL')
  }

  /** An error that names the source and carries the child's last complaints. */
  error(code: string, message: string, cure?: string): EgoLensError {
    if (this.#failure instanceof EgoLensError) return this.#failure
    const said = this.#complaints.length > 0 ? `; FFmpeg: ${this.#complaints.join(' | ')}` : ''
    return new EgoLensError(code, message + said, { where: this.#options.source, cure })
  }

  get complaints(): readonly string[] {
    return this.#complaints
  }

  #hear(line: string): void {
    const complaint = COMPLAINT.exec(line)
    if (complaint?.[2]) {
      this.#complaints.push(complaint[2].slice(0, 300))
      if (this.#complaints.length > 4) this.#complaints.shift()
    }
    this.#options.onLine?.(line)
  }

  async #feed(input: AsyncIterable<Uint8Array>): Promise<void> {
    const stdin = this.#child.stdin
    try {
      for await (const bytes of input) {
        if (stdin.destroyed) return
        if (!stdin.write(bytes)) await Promise.race([new Promise((done) => stdin.once('drain', done)), this.#ended])
      }
      stdin.end()
    } catch (error) {
      this.#failure = error as Error
      this.kill()
    }
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const seconds = this.#options.stallSeconds ?? 60
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.kill()
        reject(this.error('video/stalled', `FFmpeg gave nothing for ${seconds} s and was ended`))
      }, seconds * 1000)
    })
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

function notInstalled(program: string): EgoLensError {
  return new EgoLensError('video/no-ffmpeg', `the program ${program} is not installed`, {
    cure: 'install FFmpeg 5.1 or newer; on Debian: apt-get install ffmpeg',
  })
}
