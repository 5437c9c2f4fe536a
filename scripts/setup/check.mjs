import { checkTestTypes, setUp } from './index.mjs'
import { inRoot } from './paths.mjs'
import { openly, say, step } from './step.mjs'

const node = process.execPath

/**
 * Set-up, style, types, tests. All are run, also when one fails, so that one run tells everything.
 * EGOLENS_TEST_REPORT names a file for vitest's JSON report; `rest` goes to vitest.
 */
export async function check({ full, rest }) {
  await setUp({ full })
  const failed = []
  const run = async (name, work) => {
    if ((await step(name, work)) !== 0) failed.push(name)
  }
  await run('check style', () => openly(node, [inRoot('node_modules/@biomejs/biome/bin/biome'), 'ci', '--colors=off']))
  await run('check types of tests', checkTestTypes)
  const vitest = (...options) =>
    openly(node, [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...reporters(), ...options], {
      env: full ? { EGOLENS_TEST: 'full' } : {},
    })
  if (full && rest.length === 0) {
    await run('run tests', () => vitest('--exclude=**/*.fuzz.test.ts'))
    // Ten minutes each by the clock: all at once they end after ten, with fewer inputs each.
    await run('fuzz, ten minutes a target', () => vitest('.fuzz.test.ts', '--maxWorkers=6'))
  } else await run('run tests', () => vitest(...rest))
  if (failed.length) say(`failed: ${failed.join(', ')}`)
  return failed.length ? 1 : 0
}

function reporters() {
  const file = process.env.EGOLENS_TEST_REPORT
  return file ? ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`] : []
}
