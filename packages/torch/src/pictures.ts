import { addon, tooOld } from './addon.js'
import { TorchError } from './errors.js'
import type { Tensor } from './tensor.js'

/** A rectangle of a picture of bytes, RGB, row-major. */
export interface BytesOfPicture {
  bytes: Uint8Array
  /** Where the rectangle's first byte is. */
  start: number
  /** Bytes from one row to the next. */
  line: number
}

/** How the outputs of one direction are made: sums of neighbouring inputs. */
export interface Taps {
  /** For each output the first input that it reads. */
  first: Int32Array
  /** For each output how many inputs it reads. */
  count: Int32Array
  /** Weights with 22 bits after the point, `weights.length / first.length` an output, of which `count` are used. */
  weights: Int32Array
}

/**
 * Resamples a rectangle of RGB bytes, first across, then down, in whole numbers: each sum is rounded to 8 bits, halves
 * up, between the two as well. The result does not depend on the processor, and no thread is started.
 *
 * @param columns,rows of the rectangle; taps count from its left and top
 * @returns RGB bytes, `across.first.length` x `down.first.length`
 * @throws TorchError `OutOfRange` where the rectangle or a tap leaves the picture, `BadArgument`, `VersionMismatch`
 */
export function resampleBytes(
  { bytes, start, line }: BytesOfPicture,
  { columns, rows }: { columns: number; rows: number },
  across: Taps,
  down: Taps,
): Uint8Array {
  const out = new Uint8Array(3 * across.first.length * down.first.length)
  const taps = [across, down].flatMap(({ first, count, weights }) => [first, count, weights])
  if (!addon.resampleBytes) throw tooOld()
  addon.resampleBytes(out, bytes, start, line, columns, rows, ...taps)
  return out
}

/**
 * Writes a picture's RGB bytes into one of a batch's, plane by plane, each byte as what a table of its channel has for
 * it: division by 255 and normalisation, say, rounded once.
 *
 * @param into float32 [N, 3, H, W], contiguous, on the CPU
 * @param index which of the N
 * @param tables 3 x 256 values
 * @throws TorchError `OutOfRange` where the picture has no H x W pixels there, `BadArgument`, `VersionMismatch`
 */
export function bytesToPlanes(
  into: Tensor,
  index: number,
  { bytes, start, line }: BytesOfPicture,
  tables: Float32Array,
): void {
  if (into.requiresGrad) throw new TorchError('BadArgument', 'bytesToPlanes: the tensor is tracked by autograd')
  if (!addon.bytesToPlanes) throw tooOld()
  addon.bytesToPlanes(into.handle, index, bytes, start, line, tables)
}
