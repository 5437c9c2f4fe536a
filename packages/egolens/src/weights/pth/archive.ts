import { EgoLensError } from '../../errors.js'
import { type Bytes, Cursor, damaged } from './bytes.js'
import { unpickle } from './pickle.js'
import type { Contents, Storage } from './values.js'
import { readZip, type ZipEntry } from './zip.js'

/** A checkpoint of PyTorch 1.6 and later: a zip file with data.pkl and one member a storage. */
export function readArchive(file: Bytes): Contents {
  const entries = readZip(file)
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  if (pickles.length !== 1) {
    throw new EgoLensError('pth/not-a-checkpoint', `a zip file with ${pickles.length} data.pkl instead of one`, {
      where: file.where,
      cure: 'give what torch.save has written',
    })
  }
  const root = pickles[0]!.slice(0, -'data.pkl'.length)
  refuseScript(file, root, entries)
  checkByteOrder(file, entries.get(`${root}byteorder`))
  const pickle = entries.get(pickles[0]!)!
  const { value, storages } = unpickle(file, pickle.offset, pickle.offset + pickle.size)
  const places = new Map<string, { offset: number; crc: number }>()
  for (const storage of storages)
    places.set(storage.key, place(file, storage, entries.get(`${root}data/${storage.key}`)))
  return { format: 'zip', value, storages, places }
}

function place({ where }: Bytes, { key, type, elements, base }: Storage, entry: ZipEntry | undefined) {
  if (!entry) throw damaged(where, `the storage ${key} is missing`)
  const wanted = elements * type.size
  if (base > 0) throw damaged(where, `the storage ${key} is a part of another, which this format has not`)
  if (entry.size !== wanted) {
    throw damaged(where, `the storage ${key} has ${entry.size} bytes, the tensors' list says ${wanted}`)
  }
  return entry
}

function refuseScript({ where }: Bytes, root: string, entries: Map<string, ZipEntry>): void {
  const isCode = (name: string) => name === `${root}constants.pkl` || name.startsWith(`${root}code/`)
  if (![...entries.keys()].some(isCode)) return
  throw new EgoLensError('pth/torchscript', 'this is a TorchScript program, not a checkpoint', {
    where,
    cure: "take the model's safetensors from the hub, or save torch.jit.load(...).state_dict() by torch.save",
  })
}

function checkByteOrder(file: Bytes, entry: ZipEntry | undefined): void {
  if (!entry) return
  const text = entry.size <= 16 ? new Cursor(file, entry.offset, entry.offset + entry.size).take(entry.size) : []
  const order = String.fromCharCode(...text)
  if (order === 'little') return
  throw new EgoLensError('pth/byte-order', `the byte order is ${JSON.stringify(order)}, not little`, {
    where: file.where,
    cure: 'load and save it again on a little-endian machine',
  })
}
