import { cat, fromTypedArray, type Tensor, zeros } from '@egolens/torch'
import { IGNORED } from '../language/loss.js'
import type { CausalLM } from '../language/model.js'
import type { Padding } from '../language/padding.js'
import { checkCount, type Prompt } from './prompt.js'

/** A prompt with what is seen at its placeholders. */
export interface Sample extends Prompt {
  /** [N, W] each, in the order of the placeholders; gradients flow to them. */
  visuals: readonly Tensor[]
}

/** Samples as a model takes them. */
export interface JoinedBatch {
  /** [B, L, W] */
  embeddings: Tensor
  /** int64 [B, L], -100 where nothing is to be learnt. */
  labels: Tensor
  padding: Padding
}

/**
 * Puts visual embeddings in the places of their markers and brings the rows to one length: padded on the right for
 * training, on the left where generation goes on behind them.
 *
 * @throws EgoLensError `mllm/visual-count`
 */
export function joinVisuals(
  model: Pick<CausalLM, 'embed' | 'device' | 'dtype'>,
  samples: readonly Sample[],
  side: Padding['side'] = 'right',
): JoinedBatch {
  const { device, dtype } = model
  const texts = samples.map(({ ids }) => ids.filter((id) => id >= 0))
  const words = model.embed(fromTypedArray(BigInt64Array.from(texts.flat(), BigInt), [texts.flat().length]).to(device))
  let used = 0
  const rows = samples.map(({ ids, labels, visuals }) => {
    checkCount(ids.length - ids.filter((id) => id >= 0).length, visuals.length)
    const row: Row = { pieces: [], labels: [] }
    let seen = 0
    for (const { from, to, visual } of runs(ids)) {
      const piece = visual ? visuals[seen++]!.to({ dtype, device }) : words.narrow(0, used, to - from)
      if (!visual) used += to - from
      row.pieces.push(piece)
      row.labels.push(...(visual ? Array(piece.shape[0]!).fill(IGNORED) : labels.slice(from, to)))
    }
    return row
  })
  return padded(rows, side, { width: words.shape[1]!, dtype, device })
}

interface Row {
  pieces: Tensor[]
  labels: number[]
}

/** Stretches of text between placeholders, and the placeholders. */
function runs(ids: readonly number[]): { from: number; to: number; visual: boolean }[] {
  const found: { from: number; to: number; visual: boolean }[] = []
  ids.forEach((id, at) => {
    const last = found.at(-1)
    if (id >= 0 && last && !last.visual) last.to = at + 1
    else found.push({ from: at, to: at + 1, visual: id < 0 })
  })
  return found
}

function padded(
  rows: readonly Row[],
  side: Padding['side'],
  { width, dtype, device }: { width: number } & Pick<CausalLM, 'dtype' | 'device'>,
): JoinedBatch {
  const lengths = rows.map(({ labels }) => labels.length)
  const length = Math.max(...lengths)
  const labels = new BigInt64Array(rows.length * length).fill(BigInt(IGNORED))
  const all = rows.flatMap((row, i) => {
    const missing = length - lengths[i]!
    const start = i * length + (side === 'left' ? missing : 0)
    labels.set(
      row.labels.map((label) => BigInt(label)),
      start,
    )
    const blank = missing > 0 ? [zeros([missing, width], { dtype, device })] : []
    return side === 'left' ? [...blank, ...row.pieces] : [...row.pieces, ...blank]
  })
  return {
    embeddings: cat(all, 0).view([rows.length, length, width]),
    labels: fromTypedArray(labels, [rows.length, length]).to(device),
    padding: { side, lengths },
  }
}
