/** The factor on the learning rate at a step (counted from 0); see `Optimizer.scaleLr`. */
export type Schedule = (step: number) => number

export function constant(): Schedule {
  return () => 1
}

/** Rises in equal parts and reaches the full rate at the last of the warm-up's steps: (step + 1) / steps. */
export function warmup(steps: number): Schedule {
  return (step) => (step < steps ? (step + 1) / steps : 1)
}

/** Falls along half a cosine from 1 at step 0 to `min` at `total` (Loshchilov and Hutter 2017, eq. 5). */
export function cosine({ total, min = 0 }: { total: number; min?: number }): Schedule {
  return (step) => min + ((1 - min) * (1 + Math.cos(Math.PI * Math.min(step / total, 1)))) / 2
}

/** {@link warmup}, then {@link cosine} over the remaining steps. */
export function warmupCosine({
  warmup: rise,
  total,
  min = 0,
}: {
  warmup: number
  total: number
  min?: number
}): Schedule {
  const fall = cosine({ total: Math.max(total - rise, 1), min })
  return (step) => (step < rise ? warmup(rise)(step) : fall(step - rise))
}

/**
 * X-MIC's warm-up, counted in epochs: a tiny rate in epoch 0, epoch / epochs of the full rate in the next ones, the
 * full rate from `epochs` on. With rate 5e-4 the released code has `first` = 1e-7 / 5e-4.
 * @example optim.perEpoch(stepsPerEpoch, optim.epochWarmup({ epochs: 5, first: 1e-7 / 5e-4 }))
 */
export function epochWarmup({ epochs, first }: { epochs: number; first: number }): Schedule {
  return (epoch) => {
    if (epochs === 0 || epoch >= epochs) return 1
    return epoch === 0 ? first : epoch / epochs
  }
}

/**
 * Another schedule whose first epochs are held at one factor, as CoOp's: one epoch at 1e-5, then the cosine as if it
 * had run from the beginning.
 * @example optim.perEpoch(stepsPerEpoch, optim.held({ epochs: 1, factor: 1e-5 / 0.002 }, optim.cosine({ total: 50 })))
 */
export function held({ epochs, factor }: { epochs: number; factor: number }, then: Schedule): Schedule {
  return (epoch) => (epoch < epochs ? factor : then(epoch))
}

/** Turns a schedule over epochs into one over steps that changes only where an epoch begins. */
export function perEpoch(stepsPerEpoch: number, schedule: Schedule): Schedule {
  return (step) => schedule(Math.floor(step / stepsPerEpoch))
}
