export interface PulledFile {
  path: string
  bytes: number
  /** Whether it was fetched now or was in the cache. */
  source: 'hub' | 'cache'
}

export interface PulledModel {
  name: string
  revision: string
  commit: string
  /** The snapshot's directory, which `resolveWeights` finds by the name. */
  dir: string
  files: PulledFile[]
  /** Bytes of all files. */
  bytes: number
  /** Bytes that came over the network in this call. */
  fetched: number
  /** Weights that must be converted before they can be loaded, as paths on the disk. */
  pickled: string[]
}
