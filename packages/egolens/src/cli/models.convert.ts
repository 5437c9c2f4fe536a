import { Command } from 'commander'
import type { Converted } from '../weights/pth/convert.js'
import { examples, json } from './options.js'
import { action } from './session.js'
import { bytes, columns } from './text.js'

interface Options {
  key?: string
  strip?: string
}

/** `egolens models convert IN.pth OUT.safetensors` */
export function convert(): Command {
  return new Command('convert')
    .description('turns a checkpoint of PyTorch (.pth, .pt, .bin) into safetensors, without running what is in it')
    .argument('<in>', 'what torch.save has written')
    .argument('[out]', 'the safetensors file (default: beside it, with that ending)')
    .option('--key <name>', 'where the state dict is, such as state_dict (default: the usual place that is there)')
    .option('--strip <prefix>', 'cut this off the names that have it (default: module. where all have it)')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens models convert lavila.pth lavila/model.safetensors --key state_dict',
        'egolens models convert pytorch_model.bin',
      ),
    )
    .action(
      action<Options>(async ({ progress, signal, result }, { key, strip }, input, output) => {
        const { convertCheckpoint } = await import('../weights/pth/convert.js')
        const asked = { ...(key === undefined ? {} : { key }), ...(strip === undefined ? {} : { strip }) }
        const done = await convertCheckpoint(input!, output, { ...asked, progress, signal })
        result(done, text(done))
        return undefined
      }),
    )
}

function text({ tensors, leftOut, key, stripped, format, output, bytes: size }: Converted): string {
  const rows = tensors.map(({ name, dtype, shape, bytes: count, sameAs }) => [
    name,
    dtype,
    `[${shape.join(', ')}]`,
    bytes(count),
    sameAs === undefined ? '' : `same as ${sameAs}`,
  ])
  const left = leftOut.map(({ name, why }) => `  ${name}: ${why}`)
  return [
    columns([['tensor', 'type', 'shape', 'size'], ...rows]),
    ...(left.length > 0 ? [`left out:\n${left.join('\n')}`] : []),
    ...(stripped === undefined ? [] : [`names without "${stripped}"`]),
    `${output}: ${tensors.length} tensors from ${key ?? 'the top level'} of a ${format} checkpoint, ${bytes(size)}`,
  ].join('\n')
}
