import { linkCommands, npmPackages } from './npm.mjs'
import { inRoot } from './paths.mjs'
import { expected, openly, quietly, step } from './step.mjs'
import { systemPackages } from './system.mjs'

const node = process.execPath
const tsc = inRoot('node_modules/typescript/bin/tsc')

/**
 * Makes the checkout ready: Debian's packages, npm's packages, TypeScript, commands, the native add-on. What is done
 * already is skipped, so that a second run contacts nothing.
 */
export async function setUp({ full = false } = {}) {
  await systemPackages({ full })
  await npmPackages()
  await step('compile TypeScript', async () => {
    if ((await openly(node, [tsc, '-b'])) !== 0) throw expected('TypeScript does not compile; see the lines above')
  })
  await linkCommands()
  await step('build the native add-on', () => quietly(node, [inRoot('packages/torch/dist/build/cli.js'), 'build']))
}

/** Types of the tests, examples and benchmarks, which the build leaves out. */
export const checkTestTypes = () => openly(node, [tsc, '-p', inRoot('tsconfig.tests.json')])
