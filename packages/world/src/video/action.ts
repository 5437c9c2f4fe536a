import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import type { Random } from '../random.js'
import type { Label } from './labels.js'
import type { ActionPlan } from './plan-types.js'

/** Frames a second. The kitchen's frame lasts four ticks of EPIC's 50 per second, the workshop's three of Ego4D's 30. */
export const frameRates: Record<PlaceName, number> = { kitchen: 12.5, workshop: 10, cafe: 12.5 }

/** An action with its hand and seed drawn. */
export function actionOf(
  place: PlaceName,
  label: Label,
  start: number,
  end: number,
  random: Random,
  side?: 1 | -1,
): ActionPlan {
  return {
    ...label,
    start,
    end,
    side: side ?? (random.chance(0.8) ? 1 : -1),
    seed: worldSeed(place, 'action', random.int(2 ** 31), start),
  }
}
