import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { long, pickle, readOrRefuse, storage, tensor, text, zip } from './pth.testing.js'

const seconds = Number(process.env.EGOLENS_FUZZ_SECONDS ?? 600)
const seed = Number(process.env.EGOLENS_FUZZ_SEED ?? Date.now() % 2 ** 31)

const folder = fileURLToPath(new URL('golden/', import.meta.url))
const corpus = readdirSync(folder)
  .filter((name) => name.endsWith('.pth'))
  .map((name) => readFileSync(folder + name))

/** Whole numbers below n, the same for the same seed (mulberry32). */
function numbers(state: number): (n: number) => number {
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n)
  }
}

const instructions = [
  ...[
    '}',
    ']',
    ')',
    '(',
    'N',
    '\x88',
    '\x85',
    '\x86',
    '\x87',
    't',
    'a',
    'e',
    's',
    'u',
    '0',
    '1',
    'R',
    '\x81',
    'b',
    'Q',
  ],
  ...[
    '\x8f',
    '\x90',
    '\x91',
    '\x93',
    '\x94',
    '.',
    'q\0',
    'q\x01',
    'h\0',
    'h\x01',
    'K\x02',
    'M\xff\xff',
    'J\xff\xff\xff\xff',
  ],
  ...['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3', '_rebuild_parameter'].map(
    (f) => `ctorch._utils\n${f}\n`,
  ),
  ...['FloatStorage', 'LongStorage', 'float16', 'Size'].map((name) => `ctorch\n${name}\n`),
  ...[
    'ccollections\nOrderedDict\n',
    'cargparse\nNamespace\n',
    'c_codecs\nencode\n',
    'cnumpy\ndtype\n',
    'cos\nsystem\n',
  ],
].map((part) => pickle(part))
const values = [
  ...[text('storage'), text('state_dict'), text('0'), text('latin1'), long(2n ** 62n), long(-1)],
  ...[storage('0', 4), storage('0', 3), tensor(storage('0', 4), [0, [2, 2], [2, 1]])],
]

function input(below: (n: number) => number): Buffer {
  const pick = <T>(from: readonly T[]) => from[below(from.length)]!
  if (below(3) === 0) {
    const parts = Array.from({ length: 1 + below(24) }, () => pick(below(3) === 0 ? values : instructions))
    const object = pickle(0x80, 2, ...parts, '.')
    return zip([
      ['a/data.pkl', object],
      ['a/data/0', new Uint8Array(16)],
    ])
  }
  if (below(2) === 0) {
    const [head, tail] = [pick(corpus), pick(corpus)]
    return Buffer.concat([head.subarray(0, below(head.length)), tail.subarray(below(tail.length))])
  }
  const bytes = Buffer.from(pick(corpus))
  for (let i = below(6); i >= 0; i--)
    bytes[below(bytes.length)] = pick([below(256), 0, 255, bytes[below(bytes.length)]!])
  return bytes
}

it(
  `the reader of checkpoints reads or refuses whatever it is given, in little memory (seed ${seed})`,
  async () => {
    const [below, end] = [numbers(seed), Date.now() + 1000 * seconds]
    let runs = 0
    for (; Date.now() < end; runs++) {
      const bytes = input(below)
      try {
        readOrRefuse(bytes)
      } catch (error) {
        throw new Error(`run ${runs} of seed ${seed}: ${bytes.toString('base64')}`, { cause: error })
      } finally {
        if (runs % 1000 === 0) await setImmediate()
      }
    }
    expect(process.resourceUsage().maxRSS).toBeLessThan(1 << 20) // kB
    console.log(`${runs} inputs`)
  },
  1000 * (seconds + 60),
)
