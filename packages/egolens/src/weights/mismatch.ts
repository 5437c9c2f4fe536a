import { EgoLensError } from '../errors.js'

/** Names and shapes of what a file holds. */
export interface TensorShapes {
  names: readonly string[]
  shape(name: string): readonly number[]
}

/**
 * Holds what a file has against what a model needs, and tells everything that is wrong at once.
 *
 * @param where named in the error
 * @param options.isIgnored tensors that may be there and are not read
 * @throws EgoLensError `weights/mismatch` listing all misshapen, missing and extra tensors, with the nearest names
 * @example
 * checkTensors(file, new Map([['proj.weight', [512, 768]]]), 'models/clip')
 */
export function checkTensors(
  source: TensorShapes,
  expected: ReadonlyMap<string, readonly number[]>,
  where: string,
  options: { isIgnored?: (name: string) => boolean; cure?: string } = {},
): void {
  const { isIgnored = () => false, cure = 'take config.json and the weights from the same model' } = options
  const given = new Map(source.names.filter((name) => !isIgnored(name)).map((name) => [name, source.shape(name)]))
  const missing = new Map([...expected].filter(([name]) => !given.has(name)))
  const extra = new Map([...given].filter(([name]) => !expected.has(name)))
  const misshapen = [...given].filter(([name, shape]) => expected.has(name) && `${expected.get(name)}` !== `${shape}`)
  if (missing.size + extra.size + misshapen.length === 0) return
  const distance = wordDistance()
  const line = (what: string, [name, shape]: [string, readonly number[]], others: typeof missing) =>
    `${what} ${name} [${shape}]${like(name, shape, others, distance)}`
  const lines = [
    ...misshapen.map(
      ([name, shape]) => `misshapen ${name}: [${shape}] in the file, [${expected.get(name)}] by the config`,
    ),
    ...[...missing].map((entry) => line('missing', entry, extra)),
    ...[...extra].map((entry) => line('extra', entry, missing)),
  ]
  const counts = Object.entries({ misshapen: misshapen.length, missing: missing.size, extra: extra.size })
  const summary = counts.flatMap(([what, count]) => (count > 0 ? `${count} ${what}` : [])).join(', ')
  const message = `the weights do not fit the config (${summary}):\n  ${lines.join('\n  ')}`
  throw new EgoLensError('weights/mismatch', message, { where, cure })
}

type Distance = (a: string, b: string) => number

function like(
  name: string,
  shape: readonly number[],
  others: ReadonlyMap<string, readonly number[]>,
  distance: Distance,
): string {
  const parts = name.split('.')
  const close = [...others]
    .filter(([other]) => numbers(other) === numbers(name))
    .map(([other, itsShape]) => ({
      other,
      apart: alignment(parts, other.split('.'), distance) + (`${itsShape}` === `${shape}` ? 0 : 1),
    }))
    .filter(({ apart }) => apart <= 0.6 * parts.length + 0.5)
    .sort((a, b) => a.apart - b.apart)
  // What is clearly nearer than the rest stands alone.
  const best = close.filter(({ apart }) => apart <= (close[0]?.apart ?? 0) + 0.25).slice(0, 3)
  return best.length > 0 ? ` (is it ${best.map(({ other }) => other).join(' or ')}?)` : ''
}

/** Another number is another layer: such a tensor is never meant. */
const numbers = (name: string) =>
  name
    .split('.')
    .filter((word) => /^\d+$/.test(word))
    .join()

/** The least sum of changes that turns one dotted name into the other, each word counting at most 1. */
function alignment(a: string[], b: string[], distance: Distance): number {
  let before = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, word] of a.entries()) {
    const row = [i + 1]
    for (const [j, other] of b.entries()) {
      row.push(Math.min(before[j + 1]! + 1, row[j]! + 1, before[j]! + distance(word, other)))
    }
    before = row
  }
  return before[b.length]!
}

/** How much two words differ, from 0 to 1; each pair is worked out once. */
function wordDistance(): Distance {
  const known = new Map<string, number>()
  return (a, b) => {
    if (a === b) return 0
    const key = `${a}\0${b}`
    const found =
      known.get(key) ?? alignment([...a], [...b], (x, y) => (x === y ? 0 : 1)) / Math.max(a.length, b.length)
    known.set(key, found)
    return found
  }
}
