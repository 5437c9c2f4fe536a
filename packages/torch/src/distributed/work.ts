/** A collective that runs in c10d's own threads while this one goes on. */
export interface Work<T> {
  /**
   * Waits for its end, and lets the event loop run meanwhile. The tensors that it works on must not be touched before.
   *
   * @throws TorchError RankLost naming the rank that ended, DistributedTimeout, GroupClosed
   */
  wait(): Promise<T>
}

/** Work that somebody may never wait for: its failure is told to who does, not to the process. */
export function work<T>(run: () => Promise<T>): Work<T> {
  let running: Promise<T> | undefined
  return {
    wait() {
      running ??= run()
      return running
    },
  }
}
