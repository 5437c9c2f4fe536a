import { WorldError } from '../errors.js'
import type { Art } from './art.js'
import { boxes } from './boxes.js'
import { cutlery } from './cutlery.js'
import { food } from './food.js'
import { materials } from './materials.js'
import { soft } from './soft.js'
import { tools } from './tools.js'
import { vessels } from './vessels.js'

/** Every kind of thing the world can draw, by name. */
export const arts: Readonly<Record<string, Art>> = {
  ...vessels,
  ...food,
  ...cutlery,
  ...soft,
  ...boxes,
  ...tools,
  ...materials,
}

/** The drawing of a kind of thing. @throws {WorldError} `unknown-name` */
export function artOf(name: string): Art {
  const art = arts[name]
  if (!art)
    throw new WorldError('unknown-name', `The world cannot draw "${name}". It draws: ${Object.keys(arts).join(', ')}.`)
  return art
}
