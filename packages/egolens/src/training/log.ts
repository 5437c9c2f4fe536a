import { type FileHandle, open } from 'node:fs/promises'

/** One line of log.jsonl. */
export type LogLine =
  | { kind: 'step'; epoch: number; step: number; loss: number; lr: number; gradNorm?: number }
  | {
      kind: 'epoch'
      epoch: number
      step: number
      /** Mean over the epoch's clips. */
      loss: number
      /** Top-1 over the epoch's clips, as they were trained on. */
      accuracy: Record<string, number>
      lr: number
      seconds: number
      /** Mean top-1 over components on the validation clips. */
      validation?: number
      [diagnostic: string]: unknown
    }
  | { kind: 'resume'; step: number; skipped: { name: string; reason: string }[] }

/** Appends lines to a run's log and knows how long it is. */
export class RunLog {
  private constructor(
    private readonly file: FileHandle,
    public bytes: number,
  ) {}

  static async open(path: string): Promise<RunLog> {
    const file = await open(path, 'a')
    return new RunLog(file, (await file.stat()).size)
  }

  async write(line: LogLine): Promise<void> {
    const text = `${JSON.stringify(line)}\n`
    await this.file.appendFile(text)
    this.bytes += Buffer.byteLength(text)
  }

  async sync(): Promise<void> {
    await this.file.sync()
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}
