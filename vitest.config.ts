import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The long ones first, so that none is left alone at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => (/\.full\.test\.ts$/.test(moduleId) ? 0 : 1)
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

// Tests run the sources directly; only tests of the command line run the built files.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@egolens\/torch$/, replacement: source('packages/torch/src/index.ts') },
      { find: /^@egolens\/world$/, replacement: source('packages/world/src/index.ts') },
      { find: /^egolens$/, replacement: source('packages/egolens/src/index.ts') },
    ],
  },
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'examples/**/*.test.ts',
      'docs/**/*.test.ts',
      'scripts/**/*.test.mjs',
      'benchmarks/*.test.ts',
    ],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      ...(process.env.EGOLENS_TEST === 'full' ? [] : ['**/*.full.test.ts']),
    ],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { OMP_NUM_THREADS: '1' },
  },
})
