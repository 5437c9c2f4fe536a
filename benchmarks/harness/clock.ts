/**
 * Seconds so far: of the wall's clock, or, with `--cpu-time`, of this process on all its cores. On a machine that is
 * shared the second one still says which side works less, with one thread.
 */
export const clock: () => number =
  process.env.EGOLENS_BENCH_CLOCK === 'cpu'
    ? () => {
        const { user, system } = process.cpuUsage()
        return (user + system) / 1e6
      }
    : () => performance.now() / 1000

/** Seconds that some work takes. */
export async function seconds(work: () => unknown): Promise<number> {
  const start = clock()
  await work()
  return clock() - start
}
