import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { EgoLensError } from '../../errors.js'

/** How many processes there are, which of them are started here, and where they meet. */
export interface Place {
  nproc: number
  nnodes: number
  nodeRank: number
  masterAddr: string
  masterPort: number
}

export interface PlaceOptions {
  nproc: number
  nnodes?: number
  nodeRank?: number
  masterAddr?: string
  masterPort?: number
}

const defaultPort = 29_500

/**
 * Fills in what was not said: one machine meets on a free port of its loopback.
 *
 * @throws EgoLensError launch/nodes where several machines have no master, or a number no machine has
 */
export async function placeOf(options: PlaceOptions): Promise<Place> {
  const { nproc, nnodes = 1, nodeRank, masterAddr, masterPort } = options
  if (nnodes === 1) {
    return {
      nproc,
      nnodes,
      nodeRank: ownRank(nodeRank ?? 0, nnodes),
      masterAddr: masterAddr ?? '127.0.0.1',
      masterPort: masterPort ?? (await freePort()),
    }
  }
  if (masterAddr === undefined || nodeRank === undefined) {
    throw new EgoLensError('launch/nodes', `--nnodes ${nnodes} needs --master-addr and --node-rank`, {
      cure: "--master-addr is the first machine's address in the network, the same on all; --node-rank counts them from 0",
    })
  }
  return { nproc, nnodes, nodeRank: ownRank(nodeRank, nnodes), masterAddr, masterPort: masterPort ?? defaultPort }
}

function ownRank(nodeRank: number, nnodes: number): number {
  if (nodeRank < nnodes) return nodeRank
  throw new EgoLensError('launch/nodes', `--node-rank ${nodeRank} of --nnodes ${nnodes}: machines count from 0`)
}

/** What torchrun sets for a process, and a fair share of the cores unless OMP_NUM_THREADS is set. */
export function variablesOf(
  { nproc, nnodes, nodeRank, masterAddr, masterPort }: Place,
  localRank: number,
): Record<string, string> {
  const share = Math.max(1, Math.floor(availableParallelism() / nproc))
  return {
    RANK: String(nodeRank * nproc + localRank),
    LOCAL_RANK: String(localRank),
    WORLD_SIZE: String(nnodes * nproc),
    LOCAL_WORLD_SIZE: String(nproc),
    MASTER_ADDR: masterAddr,
    MASTER_PORT: String(masterPort),
    OMP_NUM_THREADS: process.env.OMP_NUM_THREADS || String(share),
  }
}

/** A port of this machine that nobody listens at. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
