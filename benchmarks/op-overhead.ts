import { scope, setNumThreads, tensor } from '@egolens/torch'
import type { Bench, Benchmark } from './harness/bench.js'
import { clock } from './harness/clock.js'
import { ourSide } from './harness/machine.js'
import { Peer } from './harness/peer.js'

/** What calling an operator costs: the public Tensor.add on one element, scope and accounting included. */
export const opOverhead: Benchmark = {
  name: 'op-overhead',
  about: 'Tensor.add on one element inside a scope of 100, with accounting on, against Python',
  goals: { ratio: 1 },
  run,
}

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const count = bench.quick ? 2_000 : 500_000
  bench.set({ adds: count, addsAScope: 100 })
  const [a, b] = [tensor([1]), tensor([2])]

  const adds = (perScope: number) => () => {
    const start = clock()
    for (let done = 0; done < count; done += perScope) {
      scope(() => {
        for (let i = 0; i < perScope; i++) a.add(b)
      })
    }
    return (clock() - start) / count
  }
  adds(100)()
  const ours = await ourSide()
  bench.side('ours', ours)
  using peer = await Peer.python(bench, 'op-overhead', ours.blas)

  const samples = await bench.interleave({
    ours: adds(100),
    ...(peer ? { python: () => peer.seconds({ run: 'add', count }) } : {}),
    ours10: adds(10),
    ours1: adds(1),
  })
  const microseconds = (name: keyof typeof samples) => samples[name]!.map((s) => s * 1e6)
  bench.figure('add', 'µs', microseconds('ours'))
  bench.figure('addInScopeOf10', 'µs', microseconds('ours10'))
  bench.figure('addInScopeOf1', 'µs', microseconds('ours1'))
  if (samples.python) {
    bench.figure('pythonAdd', 'µs', microseconds('python'))
    if (bench.comparable('ours', 'python')) bench.ratio(samples.ours, samples.python)
  }
}
