import { Command } from 'commander'
import { convert } from './models.convert.js'
import { list } from './models.list.js'
import { pull } from './models.pull.js'

/** `egolens models`: a file each for its sub-commands. */
export function models(): Command {
  const command = new Command('models').description('weights that can be named in a recipe')
  command.addCommand(list())
  command.addCommand(pull())
  command.addCommand(convert())
  return command
}
