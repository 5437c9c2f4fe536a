import type { Progress, ProgressEvent } from '../progress.js'

/** Where progress is written: a terminal is redrawn, anything else gets a line now and then. */
export interface Sink {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

export interface ProgressBar {
  progress: Progress
  /** A line of its own, above the bar. */
  say(line: string): void
  /** Leaves the last state behind and begins a new line. */
  end(): void
}

const redrawEvery = 100
const lineEvery = 5000
/** A task that took less than this is not worth a line. */
const unseen = 300

/** @param now milliseconds, a parameter for tests */
export function progressBar(sink: Sink, now: () => number = () => performance.now()): ProgressBar {
  let task: { name: string; began: number; from: number } | undefined
  let drawn = -Infinity
  let open = false
  let pending: ProgressEvent | undefined

  const draw = (event: ProgressEvent) => {
    const text = progressLine(event, task!, now())
    if (sink.isTTY) sink.write(`\r\x1b[2K${text.slice(0, Math.max(20, (sink.columns ?? 80) - 1))}`)
    else sink.write(`${text}\n`)
    open = Boolean(sink.isTTY)
    drawn = now()
    pending = undefined
  }
  const end = () => {
    if (pending && (open || now() - task!.began >= unseen)) draw(pending)
    pending = undefined
    if (open) sink.write('\n')
    open = false
    task = undefined
    drawn = -Infinity
  }
  return {
    end,
    say(line) {
      if (open) sink.write('\r\x1b[2K')
      sink.write(`${line}\n`)
      open = false
    },
    progress(event) {
      if (event.task !== task?.name) {
        end()
        task = { name: event.task, began: now(), from: event.done }
        if (!sink.isTTY) drawn = now() // a task that ends at once needs one line only
      }
      const complete = event.total !== undefined && event.done >= event.total
      pending = event
      if (now() - drawn >= (sink.isTTY ? redrawEvery : lineEvery)) draw(event)
      else if (complete) end()
    },
  }
}

/** "features of kitchen  [████████░░░░]  67 %  201/300 clips  12/s  0:08 left  loss 0.31" */
export function progressLine(event: ProgressEvent, since: { began: number; from: number }, now: number): string {
  const { done, total, unit, note } = event
  const seconds = (now - since.began) / 1000
  const rate = seconds > 0 ? (done - since.from) / seconds : 0
  const parts = [event.task]
  if (total) {
    const part = Math.min(1, done / total)
    const full = Math.round(part * 16)
    parts.push(`[${'█'.repeat(full)}${'░'.repeat(16 - full)}]${String(Math.floor(part * 100)).padStart(4)} %`)
  }
  parts.push(`${done}${total ? `/${total}` : ''} ${unit}`)
  if (rate > 0) parts.push(`${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s`)
  if (total && done >= total) parts.push(duration(seconds))
  else if (total && rate > 0) parts.push(`${duration((total - done) / rate)} left`)
  if (note) parts.push(note)
  return parts.join('  ')
}

/** 95.4 -> "1:35", 4000 -> "1:06:40" */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  const two = (n: number) => String(n).padStart(2, '0')
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`
}
