import { Command } from 'commander'
import { examples, json } from './options.js'

/** `egolens hands VIDEO` */
export function hands(): Command {
  return new Command('hands').description('hand boxes of a video').addOption(json()).addHelpText('after', examples(''))
}
