/** Seconds by part of an extraction. */
export interface Seconds {
  hash: number
  decode: number
  hands: number
  preprocess: number
  encode: number
  write: number
}

/** Adds the time of some work to a sum of seconds. */
export type Clock = <T>(part: keyof Seconds, work: () => T) => T

export function stopwatch(seconds: Seconds): Clock {
  return (part, work) => {
    const start = performance.now()
    const stop = () => {
      seconds[part] += (performance.now() - start) / 1000
    }
    const result = work()
    if (result instanceof Promise) return result.finally(stop) as typeof result
    stop()
    return result
  }
}
