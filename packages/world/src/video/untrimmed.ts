import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import { vocabulary } from '../place/vocabulary.js'
import type { Random } from '../random.js'
import { actionOf, frameRates } from './action.js'
import { drawLabels } from './labels.js'
import type { ActionPlan, StationPlan } from './plan-types.js'

/** Programs that need one hand, so that each hand can do its own at the same time. */
const oneHanded = new Set(['take', 'put', 'turnOn', 'turnOff', 'push', 'pull', 'shake', 'press', 'flip'])

/** Share of stations where two actions overlap. */
const OVERLAP = 0.16

/**
 * A minute of everyday life: idle time of 0.4-5 s (hands away or hovering), actions of 0.5-6 s, and now and then
 * two that overlap, one by each hand.
 */
export function untrimmedStations(place: PlaceName, random: Random, seconds: number): StationPlan[] {
  const fps = frameRates[place]
  const frames = (time: number) => Math.max(1, Math.round(time * fps))
  const single = drawLabels(place, 40, random)
  const paired = drawLabels(place, 24, random, oneHanded)
  const stations: StationPlan[] = []
  let clock = 0
  while (clock < seconds * fps && single.length && paired.length > 1) {
    const from = clock
    const idle = random.chance(0.3) ? random.range(2, 5) : random.range(0.4, 1.6)
    const start = from + frames(idle)
    const length = frames(Math.min(6, 0.5 + -Math.log(1 - random.next()) * 1.7))
    const actions: ActionPlan[] = []
    let end = start + length
    if (random.chance(OVERLAP)) {
      const first = paired.pop()!
      const second = paired.pop()!
      const other = start + Math.round(length * random.range(0.3, 0.7))
      const otherEnd = other + frames(random.range(0.8, 3))
      actions.push(actionOf(place, first, start, end, random, 1))
      if (vocabulary(place).nouns[first.noun] !== vocabulary(place).nouns[second.noun]) {
        actions.push(actionOf(place, second, other, otherEnd, random, -1))
        end = Math.max(end, otherEnd)
      }
    } else actions.push(actionOf(place, single.pop()!, start, end, random))
    const to = end + frames(random.range(0.4, 1))
    const hover: StationPlan['hover'] = []
    if (idle > 1.8 && random.chance(0.6)) {
      const pause = frames(0.6)
      for (const side of [1, -1] as const)
        if (random.chance(0.75)) hover.push({ from: from + frames(0.4), to: start - pause, side })
    }
    stations.push({ seed: worldSeed(place, 'station', random.int(2 ** 31), stations.length), from, to, hover, actions })
    clock = to
  }
  return stations
}
