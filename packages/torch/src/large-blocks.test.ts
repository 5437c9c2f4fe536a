import { expect, it } from 'vitest'
import { ones, scope } from './index.js'

// Counted by the system, so only where it counts: in new memory every page is a fault when it is written first.
// AddressSanitizer brings a heap of its own, which gives large blocks back at once.
const counts = process.platform === 'linux' && process.env.ASAN_OPTIONS === undefined

it.skipIf(!counts)('memory of large tensors is used again (Linux, without AddressSanitizer)', () => {
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
