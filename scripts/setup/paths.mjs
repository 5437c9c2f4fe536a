import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. Joined by path functions alone, so that a space in it does no harm. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

export const inRoot = (...parts) => join(root, ...parts)
export const cli = inRoot('packages/egolens/dist/cli/main.js')
