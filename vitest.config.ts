import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

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
    include: ['packages/*/src/**/*.test.ts', 'examples/**/*.test.ts', 'docs/**/*.test.ts', 'scripts/**/*.test.mjs'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      ...(process.env.EGOLENS_TEST === 'full' ? [] : ['**/*.full.test.ts']),
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    env: { OMP_NUM_THREADS: '1' },
  },
})
