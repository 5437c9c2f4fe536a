import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { EgoLensError } from '../errors.js'

/** The page's scripts in an order in which each stands after those that it uses at once. */
const modules = ['dom', 'colours', 'timeline', 'overlay', 'now', 'legend', 'player', 'curves', 'main']

/** The compiled page scripts; both from src and from dist this is dist/report/client. */
const compiled = new URL('../../dist/report/client/', import.meta.url)

/**
 * All scripts of the page as one. The files use named imports of each other and no name twice, so that dropping
 * the import lines and the word `export` is all that a bundler would do.
 * @throws EgoLensError report/not-built
 */
export async function clientScript(): Promise<string> {
  const sources = await Promise.all(
    modules.map((name) =>
      readFile(new URL(`${name}.js`, compiled), 'utf8').catch((cause: Error) => {
        throw new EgoLensError('report/not-built', "the report's page scripts are not compiled", {
          cause,
          cure: 'run: npm run build',
        })
      }),
    ),
  )
  const joined = sources.map((source) =>
    source
      .replace(/^import .*? from '.*?';$/gm, '')
      .replace(/^export \{.*?\};$/gm, '')
      .replace(/^export (?=(?:async )?(?:function|const|class)\b)/gm, '')
      .replace(/^\/\/# sourceMappingURL=.*$/gm, ''),
  )
  return `(() => {\n'use strict';\n${joined.join('\n')}\n})()`
}

/** uPlot's script and style sheet, from the npm package. */
export async function plotAssets(): Promise<{ script: string; style: string }> {
  const require = createRequire(import.meta.url)
  const [script, style] = await Promise.all(
    ['uplot/dist/uPlot.iife.min.js', 'uplot/dist/uPlot.min.css'].map((path) => readFile(require.resolve(path), 'utf8')),
  )
  return { script: script!, style: style! }
}
