import { nearest } from '../../errors.js'
import { HubFault, quoted } from './fault.js'

/** What of a repository is wanted. Both empty: what is needed to load the model. */
export interface Wanted {
  /** Patterns: `*` is any text, `?` any character. */
  include?: readonly string[]
  /** Paths in full. */
  files?: readonly string[]
}

/** Settings and tokenizer, by their names in the transformers and OpenCLIP layouts, and an adapter's. */
const small = new Set([
  'adapter.json',
  ...['config.json', 'preprocessor_config.json', 'processor_config.json', 'open_clip_config.json'],
  ...['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'],
  ...['vocab.json', 'merges.txt', 'vocab.txt', 'bpe_simple_vocab_16e6.txt.gz'],
])

/** From the best to the last resort. A shard's index comes with the shards. */
const weights: RegExp[] = [
  /^model\.safetensors$/,
  /^model(\.safetensors\.index\.json|-\d+-of-\d+\.safetensors)$/,
  /^[^/]+\.safetensors$/,
  /^pytorch_model\.bin$/,
  /^pytorch_model(\.bin\.index\.json|-\d+-of-\d+\.bin)$/,
  /^[^/]+\.(bin|pt|pth)$/,
]

/**
 * The paths to pull, in the order of the list: those that are named or match, or else the settings, the tokenizer and
 * the weights: safetensors where there are any, pickled weights only where there are none.
 *
 * @throws HubFault `hub/no-match`, `hub/no-weights`
 */
export function chooseFiles(paths: readonly string[], wanted: Wanted = {}): string[] {
  const { include = [], files = [] } = wanted
  if (include.length + files.length > 0) return named(paths, include, files)
  const rule = weights.find((pattern) => paths.some((path) => pattern.test(path)))
  if (rule === undefined) {
    throw new HubFault('hub/no-weights', `no weights among the ${paths.length} files of this model`, {
      cure: 'name what you want with --include or --file',
    })
  }
  return paths.filter((path) => small.has(path) || rule.test(path))
}

function named(paths: readonly string[], include: readonly string[], files: readonly string[]): string[] {
  const absent = files.find((file) => !paths.includes(file))
  if (absent !== undefined) {
    const similar = nearest(absent, paths)
    throw new HubFault('hub/no-match', `this model has no file "${absent}"`, {
      cure:
        similar.length > 0 ? `there are ${similar.map((path) => quoted(path)).join(', ')}` : `there are ${some(paths)}`,
    })
  }
  const patterns = include.map((pattern) => ({ pattern, test: glob(pattern) }))
  const idle = patterns.find(({ test }) => !paths.some((path) => test.test(path)))
  if (idle !== undefined) {
    throw new HubFault('hub/no-match', `no file of this model matches "${idle.pattern}"`, {
      cure: `there are ${some(paths)}`,
    })
  }
  return paths.filter((path) => files.includes(path) || patterns.some(({ test }) => test.test(path)))
}

function glob(pattern: string): RegExp {
  const source = pattern
    .split(/(\*+|\?)/)
    .map((piece) => (piece.startsWith('*') ? '.*' : piece === '?' ? '.' : piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
  return new RegExp(`^${source.join('')}$`, 's')
}

function some(paths: readonly string[]): string {
  const first = paths.slice(0, 8).map((path) => quoted(path))
  return paths.length > 8 ? `${first.join(', ')} and ${paths.length - 8} more` : first.join(', ')
}
