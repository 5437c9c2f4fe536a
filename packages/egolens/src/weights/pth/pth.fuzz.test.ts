import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Chance, fuzz, mutated } from '../../../../torch/src/fuzz.testing.js'
import { long, pickle, readOrRefuse, storage, tensor, text, zip } from './pth.testing.js'

const folder = fileURLToPath(new URL('golden/', import.meta.url))
const corpus = readdirSync(folder)
  .filter((name) => name.endsWith('.pth'))
  .map((name) => readFileSync(folder + name))

const codes = '}])(N\x88\x85\x86\x87taesu01R\x81bQ\x8f\x90\x91\x93\x94.'.split('')
const references = ['q\0', 'q\x01', 'h\0', 'h\x01', 'K\x02', 'M\xff\xff', 'J\xff\xff\xff\xff']
const rebuilds = ['_rebuild_tensor', '_rebuild_tensor_v2', '_rebuild_tensor_v3', '_rebuild_parameter']
const names = [
  ...rebuilds.map((name) => `ctorch._utils\n${name}\n`),
  ...['FloatStorage', 'LongStorage', 'float16', 'Size'].map((name) => `ctorch\n${name}\n`),
  ...['collections\nOrderedDict', 'argparse\nNamespace', '_codecs\nencode', 'numpy\ndtype', 'os\nsystem'].map(
    (name) => `c${name}\n`,
  ),
]
const instructions = [...codes, ...references, ...names].map((part) => pickle(part))
const values = [
  ...[text('storage'), text('state_dict'), text('0'), text('latin1'), long(2n ** 62n), long(-1)],
  ...[storage('0', 4), storage('0', 3), tensor(storage('0', 4), [0, [2, 2], [2, 1]])],
]

function input(chance: Chance): Buffer {
  if (!chance.once(3)) return mutated(chance, corpus)
  const parts = chance.many(24, () => chance.pick(chance.once(3) ? values : instructions))
  return zip([
    ['a/data.pkl', pickle(0x80, 2, ...parts, '.')],
    ['a/data/0', new Uint8Array(16)],
  ])
}

fuzz('the reader of checkpoints reads or refuses whatever it is given', (chance) => {
  const bytes = input(chance)
  return { input: bytes, check: () => readOrRefuse(bytes) }
})
