import { setTimeout as sleep } from 'node:timers/promises'
import { HubFault } from './fault.js'

/** How often and how long to try. */
export interface Patience {
  /** Tries in a row that bring nothing before giving up. */
  attempts: number
  /** Waits between tries. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>
  signal?: AbortSignal
  /** Told before each wait. */
  onRetry?(fault: HubFault, milliseconds: number): void
}

/** A server that wants us to wait longer than this is not waited for. */
const longestWait = 5 * 60_000

/** A try that brought this many bytes is not counted as one in vain. */
const worthIt = 1 << 20

/**
 * Does `work` again after faults that may pass, after 1, 2, 4, ... s (up to 30, less a random part) or as long as
 * the server says in `Retry-After`.
 *
 * @param brought bytes that have come so far: while they grow, the count of tries begins anew
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  patience: Patience,
  brought: () => number = () => 0,
): Promise<T> {
  let had = brought()
  for (let failures = 1; ; failures++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof HubFault) || !error.transient) throw error
      if (brought() - had >= worthIt) {
        failures = 1
        had = brought()
      }
      const pause = error.retryAfter ?? backoff(failures)
      if (failures >= patience.attempts || pause > longestWait) throw error
      patience.onRetry?.(error, pause)
      await patience.wait(pause, patience.signal)
    }
  }
}

function backoff(failures: number): number {
  return Math.min(30_000, 1000 * 2 ** (failures - 1)) * (0.75 + Math.random() / 4)
}

/** Sleeps; an interruption ends the sleep with the signal's own reason. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => signal?.throwIfAborted())
}

/** `Retry-After` in milliseconds: a number of seconds or a date. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return 1000 * Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
