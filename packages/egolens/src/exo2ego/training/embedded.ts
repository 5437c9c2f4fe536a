import { fileURLToPath } from 'node:url'

/** Runs that come with the toolkit, by the name that a recipe's `from` gives. */
export const embeddedRuns: Readonly<Record<string, string>> = {
  'small-initialization': fileURLToPath(new URL('../../../assets/small-initialization', import.meta.url)),
}

/** Where a run lies: an embedded one by its name, any other by its directory. */
export const runDirectory = (nameOrDir: string): string =>
  Object.hasOwn(embeddedRuns, nameOrDir) ? embeddedRuns[nameOrDir]! : nameOrDir
