import { Command, Option } from 'commander'
import { examples, json } from './options.js'
import { action } from './session.js'
import { bytes } from './text.js'

interface Options {
  revision?: string
  endpoint?: string
  include: string[]
  file: string[]
}

const several = (value: string, before: string[]) => [...before, value]

/** `egolens models pull NAME` */
export function pull(): Command {
  return new Command('pull')
    .description('fetches a model from a Hugging Face hub or a mirror into the cache')
    .argument('<name>', 'such as openai/clip-vit-base-patch16, or name@revision')
    .option('--revision <name>', 'a branch, a tag or a commit (default: main)')
    .option('--endpoint <url>', 'another hub (default: HF_ENDPOINT, or https://huggingface.co)')
    .addOption(
      new Option('--include <pattern>', 'files to fetch instead of what loading needs; may be repeated')
        .default([], '')
        .argParser(several),
    )
    .addOption(
      new Option('--file <path>', 'a file to fetch, by its full path; may be repeated')
        .default([], '')
        .argParser(several),
    )
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens models pull openai/clip-vit-base-patch16',
        'egolens models pull openai/clip-vit-base-patch16 --revision refs/pr/9',
        "egolens models pull org/model --include '*.json' --file model.safetensors",
        'HF_ENDPOINT=https://mirror.example egolens models pull openai/clip-vit-base-patch16',
      ),
    )
    .action(
      action<Options>(async (session, options, name) => {
        const { pullModel } = await import('../weights/hub/index.js')
        const { progress, signal } = session
        const pulled = await pullModel(name!, {
          ...(options.revision === undefined ? {} : { revision: options.revision }),
          ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
          include: options.include,
          files: options.file,
          progress,
          signal,
        })
        const count = pulled.files.length === 1 ? '1 file' : `${pulled.files.length} files`
        const size = `${count}, ${bytes(pulled.bytes)}, ${bytes(pulled.fetched)} fetched`
        session.result(pulled, `${pulled.name} at ${pulled.commit}: ${size}\n${pulled.dir}`)
        for (const path of pulled.pickled) {
          session.say(`note: pickled weights are not loaded as they are; next: egolens models convert ${path}`)
        }
        return undefined
      }),
    )
}
