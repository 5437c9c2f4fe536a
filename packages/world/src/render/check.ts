import { WorldError } from '../errors.js'
import type { PlaceName } from '../place/names.js'
import { placeNames } from '../place/names.js'

/**
 * Refuses a place that is none, and numbers that are not whole or below the least that makes sense, 0 where not said.
 *
 * @throws {WorldError} `bad-options`
 */
export function checkRequest(place: PlaceName, numbers: Record<string, { value: number; least?: number }>): void {
  if (!placeNames.includes(place))
    throw new WorldError('bad-options', `There is no place "${place}"; there are ${placeNames.join(', ')}.`)
  for (const [name, { value, least = 0 }] of Object.entries(numbers))
    if (!Number.isInteger(value) || value < least)
      throw new WorldError('bad-options', `${name} must be a whole number of at least ${least}, not ${value}.`)
}
