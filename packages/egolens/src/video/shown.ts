import type { Child } from './child.js'

const SHOWN = /showinfo.* n: *\d+ pts: *(-?\d+)/

/** The timestamp, in ticks, that a line of the `showinfo` filter tells. */
export function shownTick(line: string): number | undefined {
  const match = SHOWN.exec(line)
  return match ? Number(match[1]) : undefined
}

/** The timestamps that `showinfo` prints, in order. */
export class Shown {
  readonly #ticks: number[] = []
  #wake: (() => void) | undefined

  hear(line: string): void {
    const tick = shownTick(line)
    if (tick === undefined) return
    this.#ticks.push(tick)
    this.#wake?.()
  }

  /** The line may come after the picture, as the two go through different pipes. */
  async next(child: Child): Promise<number> {
    while (this.#ticks.length === 0) {
      const heard = new Promise<'heard'>((wake) => {
        this.#wake = () => wake('heard')
      })
      const first = await child.inTime(Promise.race([heard, child.gone.then(() => 'gone' as const)]))
      if (first === 'gone' && this.#ticks.length === 0) return Number.NaN
    }
    return this.#ticks.shift()!
  }
}
