#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { TorchError } from '../errors.js'
import { build } from './compile.js'
import { findLibtorch } from './find.js'

const HELP = `egolens-torch: builds the native add-on of @egolens/torch

  egolens-torch build            compile against the libtorch that is found; does nothing when up to date
  egolens-torch build --force    compile anew
  egolens-torch where            the libtorch that would be used, as JSON

libtorch is looked for in this order:
  LIBTORCH=DIR                   an unpacked libtorch (LIBTORCH_CXX11_ABI=0 for the old C++ ABI)
  LIBTORCH_USE_PYTORCH=1         the torch of python3, or of the Python that PYTHON names
  the system                     Debian and Ubuntu: apt-get install libtorch-dev
CXX names another compiler than g++; --jobs N sets how many run at a time.
`

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { force: { type: 'boolean' }, jobs: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const command = positionals[0]
  if (values.help || command === undefined) {
    process.stdout.write(HELP)
  } else if (command === 'where') {
    process.stdout.write(`${JSON.stringify(findLibtorch(), null, 2)}\n`)
  } else if (command === 'build') {
    const libtorch = findLibtorch()
    const say = (line: string) => process.stderr.write(`${line}\n`)
    say(`libtorch ${libtorch.version}${libtorch.cuda ? ' with CUDA' : ''} in ${libtorch.lib}`)
    const started = Date.now()
    const jobs = values.jobs ? Number(values.jobs) : undefined
    const { path, built } = await build(libtorch, {
      force: values.force ?? false,
      onProgress: say,
      ...(jobs ? { jobs } : {}),
    })
    say(built ? `built ${path} in ${((Date.now() - started) / 1000).toFixed(0)} s` : `up to date: ${path}`)
  } else {
    throw new TorchError('BadArgument', `unknown command '${command}'; egolens-torch --help lists them`)
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`egolens-torch: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
