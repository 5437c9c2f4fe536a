import { statusOf } from '../files/read.js'
import { Appender } from '../files.js'

/** One line of log.jsonl. */
export type LogLine =
  | {
      kind: 'step'
      epoch: number
      step: number
      stage?: string
      loss: number
      lr: number
      gradNorm?: number
      /** What the loss is a sum of, where it is one. */
      parts?: Record<string, number>
    }
  | {
      kind: 'epoch'
      epoch: number
      step: number
      /** Of a method that trains in stages. */
      stage?: string
      /** Mean over the epoch's clips. */
      loss: number
      /** Top-1 over the epoch's clips, as they were trained on. */
      accuracy: Record<string, number>
      lr: number
      seconds: number
      /** Mean top-1 over components on the validation clips. */
      validation?: number
      /** What the method tells of itself. */
      [diagnostic: string]: unknown
    }
  /** Why training stopped after a step, and all clips of the batch that it stopped at. */
  | { kind: 'fault'; epoch: number; step: number; what: string; clips: string[] }
  /** What whoever trains ought to know. */
  | { kind: 'warning'; step: number; text: string }
  | { kind: 'resume'; step: number; skipped: { name: string; reason: string }[] }

/** Appends lines to a run's log and knows how long it is. */
export class RunLog {
  private constructor(
    private readonly file: Appender,
    public bytes: number,
  ) {}

  static async open(path: string): Promise<RunLog> {
    const file = await Appender.open(path)
    try {
      return new RunLog(file, (await statusOf(path)).size)
    } catch (error) {
      await file.close().catch(() => {})
      throw error
    }
  }

  async write(line: LogLine): Promise<void> {
    const text = `${JSON.stringify(line)}\n`
    await this.file.write(text)
    this.bytes += Buffer.byteLength(text)
  }

  async sync(): Promise<void> {
    await this.file.sync()
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}
