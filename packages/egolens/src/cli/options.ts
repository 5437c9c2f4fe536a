import { InvalidArgumentError, Option } from 'commander'

/** `--json`, which every command has. */
export const json = () => new Option('--json', 'one JSON document on stdout; progress stays on stderr')

/** `--set key=value`, as often as wanted. */
export const set = (description = 'a value over the recipe, such as training.epochs=2; may be repeated') =>
  new Option('--set <key=value>', description)
    .default([], '')
    .argParser((value: string, before: string[]) => [...before, value])

/** `--shard 0/4`: this process takes every fourth source, from the first. */
export function shard(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  if (index === undefined || count === undefined || index >= count) {
    throw new InvalidArgumentError('It is like 0/4, up to 3/4.')
  }
  return { index, count }
}

/** A number above zero. */
export function positive(text: string): number {
  const value = Number(text)
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It is a number above zero.')
  return value
}

/** "80GB", "79.3GiB", "512MB"; a number alone is in GB. */
export function memorySize(text: string): number {
  const [, number, unit = 'GB'] = /^(\d+(?:\.\d+)?) ?([KMGT]i?B)?$/.exec(text.trim()) ?? []
  if (number === undefined || Number(number) === 0) throw new InvalidArgumentError('It is like 80GB or 79.3GiB.')
  return Number(number) * (unit.includes('i') ? 1024 : 1000) ** (1 + 'KMGT'.indexOf(unit[0]!))
}

/** A whole number from `least`. */
export const whole =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It is a whole number from ${least}.`)
    }
    return value
  }

/** `--frame-rate 30`, for sources that do not say it. */
export const frameRate = () =>
  new Option('--frame-rate <number>', 'images a second, for a folder or a tar of images').argParser(positive)

/** Examples under a command's help. */
export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`

/** Texts with commas between. */
export const words = (text: string): string[] => text.split(',').map((word) => word.trim())

/** A place in a video: seconds from 0. */
export const seconds = (text: string): number => atLeastZero(text, 'It is in seconds, from 0.')

export const temperature = (text: string): number => atLeastZero(text, 'It is a number from 0.')

function atLeastZero(text: string, message: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new InvalidArgumentError(message)
  return value
}

/** A number above 0, up to 1. */
export function share(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('It is a number above 0, up to 1.')
  return value
}
