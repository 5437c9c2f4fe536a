import type { FeatureSource, Stream } from '../../training/frame-table.js'
import type { Resources } from '../../training/resources.js'

/** A study reads the same features in every run: they are kept. */
export function keptFeatures(resources: Resources): Resources {
  const kept = new Map<string, ReturnType<FeatureSource['read']>>()
  const { features } = resources
  const read = async (stream: Stream, source: string) => {
    const key = `${features.key(stream)} ${source}`
    const found = kept.get(key) ?? features.read(stream, source)
    kept.set(key, found)
    const values = await found
    if (values === undefined) kept.delete(key) // it may be found later
    return values
  }
  // Pixels are mapped, not read.
  const pixels = async (stream: Stream, source: string) => features.pixels?.(stream, source)
  return { ...resources, features: { key: (stream) => features.key(stream), read, pixels } }
}
