import { addon } from './addon.js'
import type { Device } from './device.js'
import { TorchError } from './errors.js'
import { Tensor } from './tensor/core.js'

const collected = new FinalizationRegistry<number>((handle) => addon.releaseGenerator(handle))

/** Seeds the default generators of every device. They are the process's: its worker threads share them. */
export function manualSeed(seed: number): void {
  addon.manualSeed(checkedSeed(seed))
}

function checkedSeed(seed: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new TorchError('BadArgument', `a seed is a whole number from 0 to 2^53 - 1, not ${seed}`)
  }
  return seed
}

/**
 * A source of random numbers of its own, whose state can be saved and set back.
 *
 * @example
 * const generator = new Generator(7)
 * const noise = randn([2, 3], { generator })
 */
export class Generator {
  /** @internal */
  readonly handle: number

  constructor(seed = 0, device: Device = 'cpu', /** @internal */ handle?: number) {
    this.handle = handle ?? addon.generator(device, checkedSeed(seed))
    collected.register(this, this.handle)
  }

  /** The generator that is used where none is given; its state is saved and set back like any other's. */
  static default(device: Device = 'cpu'): Generator {
    return new Generator(0, device, addon.defaultGenerator(device))
  }

  get seed(): number {
    return addon.generatorSeed(this.handle)
  }

  /** Everything that decides the numbers to come, as bytes. */
  state(): Uint8Array {
    const state = new Tensor(addon.generatorState(this.handle))
    const bytes = state.toTypedArray() as Uint8Array
    state.dispose()
    return bytes
  }

  /** Continues where state() was taken. */
  setState(state: Uint8Array): this {
    const bytes = new Tensor(addon.fromData(state, [state.length], 'uint8', true))
    try {
      addon.setGeneratorState(this.handle, bytes.handle)
    } finally {
      bytes.dispose()
    }
    return this
  }
}
