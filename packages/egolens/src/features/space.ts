import { createHash } from 'node:crypto'
import type { Compute, ImageEncoder } from '../encoders/types.js'
import type { FeatureSpace, View } from './types.js'

/** JSON with sorted keys and without undefined values, so that equal spaces have equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`
}

/**
 * The short name of a feature space: 16 hexadecimal digits of the sha256 of its canonical JSON. The encoder's name
 * is left out: the same weights under another name give the same features.
 */
export function spaceId(space: FeatureSpace): string {
  const { encoder: _name, ...rest } = space
  return createHash('sha256').update(canonical(rest)).digest('hex').slice(0, 16)
}

/**
 * The space of an encoder's features, a frame's or a window's.
 *
 * @param crop for the hand view: the id of the provider of boxes and of the crop rule
 */
export function frameSpace(encoder: ImageEncoder, view: View, every: number, crop?: string): FeatureSpace {
  const compute: Compute = encoder.compute ?? 'float32'
  const { window } = encoder
  return {
    encoder: encoder.name,
    weights: encoder.hash,
    tap: encoder.tap,
    view,
    ...(view === 'hand' ? { crop: crop ?? 'none' } : {}),
    preprocessing: encoder.preprocessing,
    compute,
    unit: window ? { kind: 'window', length: window.frames, stride: window.stride } : { kind: 'frame' },
    every,
  }
}
