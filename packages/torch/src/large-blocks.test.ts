import { expect, it } from 'vitest'
import { ones, scope } from './index.js'

// Counted by the system, so only where it counts: in new memory every page is a fault when it is written first.
it.skipIf(process.platform !== 'linux')('memory of large tensors is used again (Linux)', () => {
  const mib = 16
  const x = ones([mib * 2 ** 18])
  const step = () => scope(() => void x.add(x))
  for (let i = 0; i < 3; i++) step()
  const before = process.resourceUsage().minorPageFault
  const times = 8
  for (let i = 0; i < times; i++) step()
  const pages = (times * mib * 2 ** 20) / 4096
  expect(process.resourceUsage().minorPageFault - before).toBeLessThan(pages / 4)
  x.dispose()
})
