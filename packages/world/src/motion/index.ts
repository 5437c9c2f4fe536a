import { fold, open, screw, turnOn, wrap } from './access.js'
import { divide, flip, inspect, press, shake, wash, wipe } from './handwork.js'
import { pour, scoop, sprinkle, squeeze, stir } from './liquids.js'
import type { Program } from './pose.js'
import { cut, drill, hit, measure, paint, peel, sand, spread } from './toolwork.js'
import { attach, insert, push, take } from './transfer.js'

/** The same course run backwards: verbs that differ by time's direction alone are one program and its reverse. */
const backwards =
  (program: Program): Program =>
  (cast) => {
    const at = program(cast)
    return (u) => at(1 - u)
  }

/** Every motion program by name. */
export const programs = {
  take,
  put: backwards(take),
  open,
  close: backwards(open),
  turnOn,
  turnOff: backwards(turnOn),
  insert,
  remove: backwards(insert),
  pour,
  fill: backwards(pour),
  wrap,
  unwrap: backwards(wrap),
  attach,
  detach: backwards(attach),
  screw,
  unscrew: backwards(screw),
  push,
  pull: backwards(push),
  fold,
  unfold: backwards(fold),
  cut,
  stir,
  wash,
  wipe,
  shake,
  peel,
  flip,
  squeeze,
  sprinkle,
  scoop,
  press,
  inspect,
  divide,
  hit,
  sand,
  drill,
  paint,
  spread,
  measure,
} satisfies Record<string, Program>

export type ProgramName = keyof typeof programs

/** Programs that are another one run backwards: each pair looks alike in single frames. */
export const pairs: readonly (readonly [ProgramName, ProgramName])[] = [
  ['take', 'put'],
  ['open', 'close'],
  ['turnOn', 'turnOff'],
  ['insert', 'remove'],
  ['pour', 'fill'],
  ['wrap', 'unwrap'],
  ['attach', 'detach'],
  ['screw', 'unscrew'],
  ['push', 'pull'],
  ['fold', 'unfold'],
]
