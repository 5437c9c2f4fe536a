import { existsSync, readFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { quietly, step } from './step.mjs'

/** Runs `npm ci` unless node_modules already holds exactly what package-lock.json asks for. */
export async function npmPackages() {
  const wanted = packagesOf(inRoot('package-lock.json'))
  const present = packagesOf(inRoot('node_modules/.package-lock.json'))
  if (present && !missing(wanted, present).length) return
  // Nothing here needs an install script, so none is run.
  await step('install npm packages', () =>
    quietly('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=http'], {
      env: { NO_UPDATE_NOTIFIER: '1', EGOLENS_SETUP: '1' },
    }),
  )
}

/**
 * Puts `egolens` and `egolens-torch` into node_modules/.bin, for npx and the PATH: npm links no program that is not there yet,
 * as before the first compilation. Nothing is fetched.
 */
export async function linkCommands() {
  if (['egolens', 'egolens-torch'].every((name) => existsSync(inRoot(`node_modules/.bin/${name}`)))) return
  await step('link the commands', () =>
    quietly('npm', ['rebuild', '--ignore-scripts', 'egolens', '@egolens/torch'], {
      env: { NO_UPDATE_NOTIFIER: '1' },
    }),
  )
}

/** npm writes node_modules/.package-lock.json last, so it vouches for a finished installation. */
function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Names of packages that are absent or of another version than the lock file says. */
export function missing(wanted, present) {
  return Object.entries(wanted)
    .filter(([path, entry]) => path.includes('node_modules/') && (!entry.optional || isForThisMachine(entry)))
    .filter(([path, entry]) => {
      const found = present[path]
      if (!found) return !entry.peer && !(entry.optional && !entry.os)
      return found.version !== entry.version || found.integrity !== entry.integrity
    })
    .map(([path]) => path)
}

function isForThisMachine({ os, cpu, libc }) {
  const glibc = process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime !== undefined
  return (
    (!os || os.includes(process.platform)) &&
    (!cpu || cpu.includes(process.arch)) &&
    (!libc || libc.includes(glibc ? 'glibc' : 'musl'))
  )
}
