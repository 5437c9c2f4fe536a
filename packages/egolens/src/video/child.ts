import { EgoLensError } from '../errors.js'
import { Blocks } from './blocks.js'
import { diagnose, endedBySignal } from './diagnose.js'
import { launch } from './launch.js'
import { Lines } from './lines.js'
import type { Program } from './options.js'

export interface ChildOptions {
  /** Named in every error. */
  source: string
  /** Written to the child's stdin, with backpressure. */
  input?: AsyncIterable<Uint8Array>
  /** Seconds of waiting without a sign of life after which the child is ended; default 60. */
  stallSeconds?: number
  /** Seconds of waiting in all; time that the reader takes does not count. No limit by default. */
  totalSeconds?: number
  /** Bytes of address space; no limit by default. */
  memory?: number
  /** Bytes on stdout and stderr after which the child is ended. */
  maxOutput?: number
  maxLog?: number
  /** Every line of stderr as it comes. */
  onLine?: (line: string) => void
}

const COMPLAINT = /\[(warning|error|fatal|panic)\] ?(.*)$/
const LONGEST_LINE = 4096
const MAX_LOG = 64 * 2 ** 20
const MORE_THAN_THERE_IS = 'pictures or packets than there can be'
const NOT_FOUND = 127 // the shell's exit code

/**
 * A running FFmpeg program: its stdout as an async iterable with backpressure (a reader that waits makes the
 * child wait), its complaints kept, its time, memory and output limited, and its end assured: leaving the loop early
 * kills it.
 */
export class Child {
  readonly #child
  readonly #program: Program
  readonly #options: ChildOptions
  readonly #complaints: string[] = []
  readonly #ended: Promise<{ code: number | null; signal: string | null }>
  #failure: unknown
  #lastLine = ''
  #waited = 0
  #alive = performance.now()
  #written = 0

  constructor(program: Program, argv: readonly string[], options: ChildOptions) {
    this.#program = program
    this.#options = options
    this.#child = launch(program, argv, options.memory)
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error: NodeJS.ErrnoException) => {
        this.#fail(error.code === 'ENOENT' ? notInstalled(program) : error)
        resolve({ code: null, signal: null })
      })
      this.#child.once('close', (code, signal) => resolve({ code, signal }))
    })
    this.#listen()
    this.#child.stdin.on('error', () => {}) // a child that has enough closes its input
    if (options.input) void this.#feed(options.input)
    else this.#child.stdin.end()
  }

  /** The chunks of stdout. Throws `video/stalled`, `video/too-slow` or `video/too-much-output`. */
  async *output(): AsyncGenerator<Buffer> {
    const chunks = this.#child.stdout.iterator({ destroyOnReturn: true })
    const most = this.#options.maxOutput ?? Number.POSITIVE_INFINITY
    let whole = false
    try {
      while (true) {
        const { done, value } = await this.inTime(chunks.next())
        if (done) break
        this.#written += (value as Buffer).length
        if (this.#written > most) throw this.#tooMuch(MORE_THAN_THERE_IS)
        yield value as Buffer
      }
      whole = true
    } catch (error) {
      throw this.#failure ?? error
    } finally {
      if (!whole) this.kill()
    }
  }

  /** stdout in blocks of exactly `size` bytes, each with memory of its own. Throws as {@link output}. */
  async *blocks(size: number): AsyncGenerator<Uint8Array> {
    const most = this.#options.maxOutput ?? Number.POSITIVE_INFINITY
    const blocks = new Blocks(this.#child.stdout, size, (length) => {
      this.#alive = performance.now()
      this.#written += length
      if (this.#written > most) this.#fail(this.#tooMuch(MORE_THAN_THERE_IS))
    })
    let whole = false
    try {
      while (true) {
        const block = blocks.take()
        if (block) yield block
        else if (!(await this.inTime(blocks.more()))) break
      }
      if (this.#failure) throw this.#failure
      whole = true
    } finally {
      if (!whole) this.kill()
    }
  }

  /** Waits for the end and throws `video/unreadable`, or what FFmpeg's words tell, where it was not a clean one. */
  async end(): Promise<void> {
    const { code, signal } = await this.inTime(this.#ended)
    if (this.#failure) throw this.#failure
    if (code === 0) return
    if (code === NOT_FOUND) throw notInstalled(this.#program, this.#lastLine)
    const { code: name, message, cure } = signal ? endedBySignal(signal) : diagnose(this.#complaints)
    throw this.error(name, message, cure)
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

  /** Waits for the child; ends it where there is no sign of life for too long. */
  async inTime<T>(work: Promise<T>): Promise<T> {
    const { stallSeconds = 60, totalSeconds = Number.POSITIVE_INFINITY } = this.#options
    const start = performance.now()
    this.#alive = start
    let timer: NodeJS.Timeout | undefined
    let settled = false
    const late = new Promise<never>((_, reject) => {
      const wake = (seconds: number) => {
        // What came while this process was busy is read before it is judged.
        timer = setTimeout(() => setImmediate(look), Math.min(seconds, 1e6) * 1000)
      }
      const look = () => {
        if (settled) return
        const now = performance.now()
        const silence = stallSeconds - (now - this.#alive) / 1000
        const left = totalSeconds - this.#waited - (now - start) / 1000
        if (silence > 0 && left > 0) return wake(Math.min(silence, left))
        this.kill()
        reject(silence <= 0 ? this.#stalled(stallSeconds) : this.#tooSlow(totalSeconds))
      }
      wake(Math.min(stallSeconds, totalSeconds - this.#waited))
    })
    try {
      return await Promise.race([work, late])
    } finally {
      settled = true
      clearTimeout(timer)
      this.#waited += (performance.now() - start) / 1000
    }
  }

  #listen(): void {
    const most = this.#options.maxLog ?? MAX_LOG
    const lines = new Lines(LONGEST_LINE, (line) => this.#hear(line))
    let heard = 0
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#alive = performance.now()
      heard += chunk.length
      if (heard > most) this.#fail(this.#tooMuch('messages than can be read'))
      else lines.add(chunk)
    })
    this.#child.stderr.on('end', () => lines.end())
  }

  #hear(line: string): void {
    const complaint = COMPLAINT.exec(line)
    if (complaint?.[2]) {
      this.#complaints.push(complaint[2].slice(0, 300))
      if (this.#complaints.length > 4) this.#complaints.shift()
    }
    this.#lastLine = line
    this.#options.onLine?.(line)
  }

  async #feed(input: AsyncIterable<Uint8Array>): Promise<void> {
    const stdin = this.#child.stdin
    try {
      for await (const bytes of input) {
        if (stdin.destroyed) return
        if (!stdin.write(bytes)) await Promise.race([new Promise((done) => stdin.once('drain', done)), this.#ended])
        this.#alive = performance.now()
      }
      stdin.end()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.kill()
    this.#child.stdout.destroy()
  }

  #stalled(seconds: number): EgoLensError {
    const cure = 'look at the file with another player, and encode it again'
    return this.error('video/stalled', `FFmpeg gave nothing for ${seconds} s and was ended`, cure)
  }

  #tooSlow(seconds: number): EgoLensError {
    const cure = 'scale the video down first'
    return this.error('video/too-slow', `FFmpeg was not done after ${Math.round(seconds)} s and was ended`, cure)
  }

  #tooMuch(what: string): EgoLensError {
    return this.error('video/too-much-output', `FFmpeg gave more ${what} and was ended`, 'encode the video again')
  }
}

/** @param words of the shell, or of the loader where a library of the program is missing */
function notInstalled(program: string, words = 'not found'): EgoLensError {
  const why = words.endsWith('not found') ? 'is not installed' : `cannot be started: ${words.slice(0, 300)}`
  return new EgoLensError('video/no-ffmpeg', `the program ${program} ${why}`, {
    cure: 'install FFmpeg 5.1 or newer; on Debian: apt-get install ffmpeg',
  })
}
