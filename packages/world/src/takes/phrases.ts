import type { ProgramName } from '../motion/index.js'

/** How people say what somebody does: `{n}` is the noun, `{o}` the other thing that takes part. */
export interface Phrases {
  /** In the third person, the plainest first. */
  does: readonly [string, ...string[]]
  /** The same naming the other thing, where one takes part. */
  with?: string
}

export const phrases: Readonly<Record<ProgramName, Phrases>> = {
  take: { does: ['takes the {n}', 'picks up the {n}', 'lifts the {n} off the table'] },
  put: { does: ['puts down the {n}', 'puts the {n} on the table', 'places the {n}'] },
  open: { does: ['opens the {n}'] },
  close: { does: ['closes the {n}', 'shuts the {n}'] },
  turnOn: { does: ['turns on the {n}', 'switches the {n} on'] },
  turnOff: { does: ['turns off the {n}', 'switches the {n} off'] },
  insert: { does: ['inserts the {n}', 'puts the {n} in'], with: 'inserts the {n} into the {o}' },
  remove: { does: ['removes the {n}', 'takes the {n} out'], with: 'removes the {n} from the {o}' },
  pour: { does: ['pours from the {n}', 'empties the {n}'], with: 'pours from the {n} into the {o}' },
  fill: { does: ['fills the {n}'], with: 'fills the {n} from the {o}' },
  wrap: { does: ['wraps the {n}'], with: 'wraps the {n} in {o}' },
  unwrap: { does: ['unwraps the {n}'], with: 'unwraps the {n} from the {o}' },
  attach: { does: ['attaches the {n}', 'fixes the {n}'], with: 'attaches the {n} to the {o}' },
  detach: { does: ['detaches the {n}'], with: 'detaches the {n} from the {o}' },
  screw: { does: ['screws the {n}', 'screws the {n} in'], with: 'screws the {n} into the {o}' },
  unscrew: { does: ['unscrews the {n}'], with: 'unscrews the {n} from the {o}' },
  push: { does: ['pushes the {n}', 'pushes the {n} away'] },
  pull: { does: ['pulls the {n}', 'pulls the {n} closer'] },
  fold: { does: ['folds the {n}'] },
  unfold: { does: ['unfolds the {n}'] },
  cut: { does: ['cuts the {n}', 'slices the {n}'], with: 'cuts the {n} with the {o}' },
  stir: { does: ['mixes in the {n}', 'stirs in the {n}'], with: 'stirs in the {n} with the {o}' },
  wash: { does: ['washes the {n}', 'scrubs the {n}'], with: 'washes the {n} with the {o}' },
  wipe: { does: ['wipes the {n}', 'cleans the {n}'], with: 'wipes the {n} with the {o}' },
  shake: { does: ['shakes the {n}'] },
  peel: { does: ['peels the {n}'], with: 'peels the {n} with the {o}' },
  flip: { does: ['flips the {n}', 'turns the {n} over'] },
  squeeze: { does: ['squeezes the {n}'] },
  sprinkle: { does: ['sprinkles from the {n}'], with: 'sprinkles from the {n} over the {o}' },
  scoop: { does: ['scoops from the {n}'], with: 'scoops from the {n} with the {o}' },
  press: { does: ['presses the {n}', 'presses down on the {n}'] },
  inspect: { does: ['inspects the {n}', 'looks at the {n}'] },
  divide: { does: ['divides the {n}', 'pulls the {n} apart'] },
  hit: { does: ['hits the {n}', 'strikes the {n}'], with: 'hits the {n} with the {o}' },
  sand: { does: ['sands the {n}'], with: 'sands the {n} with the {o}' },
  drill: { does: ['drills the {n}', 'drills into the {n}'], with: 'drills into the {n} with the {o}' },
  paint: { does: ['paints the {n}'], with: 'paints the {n} with the {o}' },
  spread: { does: ['spreads on the {n}'], with: 'spreads on the {n} with the {o}' },
  measure: { does: ['measures the {n}'], with: 'measures the {n} with the {o}' },
}
