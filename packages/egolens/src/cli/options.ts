import { Option } from 'commander'
import { EgoLensError } from '../errors.js'

/** `--json`, which every command has. */
export const json = () => new Option('--json', 'one JSON document on stdout; progress stays on stderr')

/** `--set key=value`, as often as wanted. */
export const set = () =>
  new Option('--set <key=value>', 'a value over the recipe, such as training.epochs=2; may be repeated')
    .default([], '')
    .argParser((value: string, before: string[]) => [...before, value])

/** `--shard 0/4`: this process takes every fourth source, from the first. */
export function shard(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (index === undefined || count === undefined || index >= count) {
    throw new EgoLensError('cli/shard', `"${text}" is not a shard`, {
      where: '--shard',
      cure: '--shard 0/4, up to 3/4',
    })
  }
  return { index, count }
}

/** A number above zero. */
export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) {
    throw new EgoLensError('cli/number', `"${text}" is not a number above zero`)
  }
  return value
}

/** Examples under a command's help. */
export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`
