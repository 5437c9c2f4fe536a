import { availableParallelism } from 'node:os'

/**
 * Lets the engine use every core: by itself libtorch takes half of them where it believes in hyper-threads.
 * OMP_NUM_THREADS says otherwise. Call before the first operator.
 */
export async function useAllCores(): Promise<void> {
  if (process.env.OMP_NUM_THREADS) return
  const { setNumThreads } = await import('@egolens/torch')
  setNumThreads(availableParallelism())
}
