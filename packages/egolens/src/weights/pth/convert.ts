import { realpath } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { EgoLensError } from '../../errors.js'
import type { Progress } from '../../progress.js'
import { type StreamedTensor, writeSafetensors } from '../write-safetensors.js'
import { type Checkpoint, openCheckpoint } from './checkpoint.js'
import { type Chosen, choose } from './choose.js'
import type { PthTensor } from './values.js'

export interface ConvertOptions {
  /** The key that holds the state dict, with dots to reach deeper. */
  key?: string
  /** A prefix to cut off the names that have it. */
  strip?: string
  progress?: Progress
  signal?: AbortSignal
}

/** What was converted, and what was not. */
export interface Converted {
  input: string
  output: string
  format: 'zip' | 'legacy'
  key: string | undefined
  stripped: string | undefined
  tensors: { name: string; dtype: string; shape: readonly number[]; bytes: number; sameAs?: string }[]
  leftOut: { name: string; why: string }[]
  /** Bytes of the file that was written. */
  bytes: number
}

/**
 * Converts a checkpoint of PyTorch to safetensors. Nothing in it is run, and tensors go from file to file in pieces.
 *
 * @param output by default `model.safetensors` beside a `pytorch_model.bin`, else the same name with that ending
 * @throws EgoLensError as `openCheckpoint` and `choose`, and `pth/too-large` where views say more than a file may hold
 * @example
 * const { tensors } = await convertCheckpoint('lavila.pth', 'lavila/model.safetensors', { key: 'state_dict' })
 */
export async function convertCheckpoint(
  input: string,
  output = defaultOutput(input),
  options: ConvertOptions = {},
): Promise<Converted> {
  if (await sameFile(input, output)) {
    throw new EgoLensError('pth/same-file', 'the output is the checkpoint itself', {
      where: output,
      cure: 'name another',
    })
  }
  const checkpoint = openCheckpoint(input)
  try {
    const chosen = choose(checkpoint.value, input, options)
    checkTotal(chosen, checkpoint, input)
    const metadata = { format: 'pt', source: basename(input) }
    const streamed = [...chosen.tensors].map(([name, tensor]) => streamedTensor(name, tensor, checkpoint))
    const bytes = await writeSafetensors(output, streamed, { ...options, metadata })
    const { key, stripped, leftOut } = chosen
    return { input, output, format: checkpoint.format, key, stripped, tensors: table(chosen), leftOut, bytes }
  } finally {
    checkpoint.close()
  }
}

function streamedTensor(name: string, tensor: PthTensor, checkpoint: Checkpoint): StreamedTensor {
  return {
    name,
    dtype: tensor.type.name,
    elementSize: tensor.type.size,
    shape: tensor.shape,
    *pieces() {
      checkpoint.verify(tensor)
      yield* checkpoint.pieces(tensor)
    },
  }
}

/** Views can repeat what a file holds once: a few kB may say terabytes. */
function checkTotal({ tensors }: Chosen, { size }: Checkpoint, where: string): void {
  const total = [...tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  if (total <= 4 * size + (1 << 24)) return
  throw new EgoLensError('pth/too-large', `its views come to ${total} bytes, the file has ${size}`, {
    where,
    cure: 'save the tensors themselves, without expand()',
  })
}

function table({ tensors }: Chosen): Converted['tensors'] {
  const first = new Map<string, string>()
  return [...tensors].map(([name, { storage, type, offset, shape, strides, bytes }]) => {
    const view = JSON.stringify([storage.key, storage.base, offset, shape, strides])
    const sameAs = bytes > 0 ? first.get(view) : undefined
    if (sameAs === undefined) first.set(view, name)
    return { name, dtype: type.name, shape, bytes, ...(sameAs === undefined ? {} : { sameAs }) }
  })
}

function defaultOutput(input: string): string {
  const name = basename(input, extname(input))
  return join(dirname(input), `${name === 'pytorch_model' ? 'model' : name}.safetensors`)
}

async function sameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)))
  return one !== undefined && one === other
}
