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
  await run('run tests', () =>
    openly(node, [inRoot('node_modules/vitest/vitest.mjs'), 'run', ...reporters(), ...rest], {
      env: full ? { EGOLENS_TEST: 'full' } : {},
    }),
  )
  if (failed.length) say(`failed: ${failed.join(', ')}`)
  return failed.length ? 1 : 0
}

function reporters() {
  const file = process.env.EGOLENS_TEST_REPORT
  return file ? ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`] : []
}
