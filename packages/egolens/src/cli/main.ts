#!/usr/bin/env node
import { createRequire } from 'node:module'
import { Command, CommanderError } from 'commander'
import { ask } from './ask.js'
import { build } from './build.js'
import { calibrate } from './calibrate.js'
import { compare } from './compare.js'
import { data } from './data.js'
import { demo } from './demo.js'
import { doctor } from './doctor.js'
import { evaluate } from './evaluate.js'
import { extract } from './extract.js'
import { hands } from './hands.js'
import { launch } from './launch.js'
import { methods } from './methods.js'
import { models } from './models.js'
import { recognise } from './recognise.js'
import { describe } from './session.js'
import { study } from './study.js'
import { train } from './train.js'
import { world } from './world.js'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

const commands = [
  ...[demo, doctor, models, methods, world, data, build, hands, extract, train, evaluate, compare, study],
  ...[calibrate, recognise, ask, launch],
]

/** The program with all its commands. Each command loads what it needs when it runs, so that help is instant. */
export function program(): Command {
  const root = new Command('egolens')
    .description('First-person video understanding: adapt vision-language models to egocentric video, and use them.')
    .version(version)
    .showSuggestionAfterError()
    // launch hands on what stands behind a command's name.
    .enablePositionalOptions()
  for (const command of commands) root.addCommand(command())
  for (const command of everyCommand(root)) {
    // A wrong option is one line, not a page of help.
    command
      .exitOverride()
      .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'egolens: ')) })
  }
  return root
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

const usage = 2

// Who reads the first lines alone (`| head`) has had enough: no fault of the program.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

try {
  const root = program()
  if (process.argv.length <= 2) root.outputHelp()
  else await root.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 || error.code === 'commander.help' ? 0 : usage
  } else {
    process.stderr.write(`egolens: ${describe(error).message}\n`)
    process.exitCode = usage
  }
}
