import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Bench, Benchmark } from './harness/bench.js'
import { cli, runProgram } from './harness/cli.js'
import { ourSide } from './harness/machine.js'
import { ownRecipe } from './harness/own-clips.js'
import { Peer, peerEnvironment, pythonWithTorch } from './harness/peer.js'

/** How long one waits: for help, for the engine, for the first recognised video. */
export const startup: Benchmark = {
  name: 'startup',
  about: 'seconds to the first answer; the headline is the engine with one sum, against Python importing torch for it',
  run,
}

const importTorch = 'import torch; assert (torch.ones(1) + 1).item() == 2'

async function run(bench: Bench): Promise<void> {
  const engine = createRequire(import.meta.url).resolve('@egolens/torch')
  const { ones } = await import('@egolens/torch')
  ones([1]).add(1).dispose()
  const ours = await ourSide()
  bench.side('ours', ours)
  const env = peerEnvironment(bench.threads, null)
  const node = async (...argv: string[]) => (await runProgram(process.execPath, argv, env)).seconds
  const sum = `import { ones } from ${JSON.stringify(engine)}; if (ones([1]).add(1).item() !== 2) process.exit(1)`
  const python = pythonWithTorch()
  // It is asked nothing: that it starts says which libraries that side takes.
  if (python) (await Peer.python(bench, 'op-overhead', ours.blas))?.[Symbol.dispose]()
  const pythonEnv = peerEnvironment(bench.threads, ours.blas)
  const samples = await bench.interleave({
    engine: () => node('--input-type=module', '-e', sum),
    python: python ? async () => (await runProgram(python, ['-c', importTorch], pythonEnv)).seconds : undefined,
    node: () => node('-e', '0'),
    help: () => node(cli, '--help'),
  })
  bench.figure('engine', 's', samples.engine)
  bench.figure('help', 's', samples.help)
  bench.figure('nodeAlone', 's', samples.node)
  if (samples.python) {
    bench.figure('python', 's', samples.python)
    if (bench.comparable('ours', 'python')) bench.ratio(samples.engine, samples.python)
  }
  const size = { width: 320, height: 240, seconds: bench.quick ? 2 : 10, rate: 20 }
  const recipe = ownRecipe(bench.folder, { videos: 2, size, clip: 'small', hands: 'none' })
  const runDir = join(bench.folder, 'run')
  bench.say('training an adapter to recognise with')
  await node(cli, 'train', recipe, '--dir', runDir, '--json')
  const recognise = (i: number) => {
    const store = join(bench.folder, `recognised-${i}`)
    return node(cli, 'recognise', join(bench.folder, 'video-0.mp4'), '--run', runDir, '--store', store, '--json')
  }
  let count = 0
  const { first, again } = await bench.interleave({ first: () => recognise(count++), again: () => recognise(0) })
  bench.figure('recogniseFirstResult', 's', first)
  bench.figure('recogniseAgain', 's', again)
  bench.ratio(again, first, 'storedFeatures')
}
