import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Command, Option } from 'commander'
import { EgoLensError } from '../errors.js'
import type { AskOptions, Conversation, Reply, ShortClips } from '../mllm/index.js'
import { DEMO_FOLDER, demoRun } from './demo/folder.js'
import { examples, frameRate, json, seconds, share, temperature, whole, words } from './options.js'
import { action, type Session } from './session.js'
import { columns } from './text.js'
import { useAllCores } from './threads.js'

interface Options {
  model?: string
  choices?: string[]
  likelihood?: 'sum' | 'mean'
  start?: number
  end?: number
  frameRate?: number
  chat?: boolean
  maxTokens?: number
  temperature?: number
  topP?: number
  seed?: number
  stop?: string[]
  system?: string
  short?: ShortClips
}

/** The run of the demo's last stage. */
const DEMO_PRACTICE = demoRun(DEMO_FOLDER, 'practice')

/** A held-out take that `egolens demo --exo2ego` draws. */
const demoVideo = join(DEMO_FOLDER, 'takes/takes/kitchen_p71_1/frame_aligned_videos/aria01_214-1.mp4')

/** `egolens ask VIDEO "QUESTION"` */
export function ask(): Command {
  return new Command('ask')
    .description('answers questions on a video in words')
    .argument('<video>', 'a video file, a folder of numbered images, a tar of them, or an image')
    .argument('[question]', 'what is asked; with --chat the first question')
    .option(
      '--model <model>',
      "the run of a stage of Exo2Ego, or a VideoLLaMA2 checkpoint: a folder or a hub name (default: the demo's)",
    )
    .option('--choices <answers>', 'answers to choose from, with commas between: prints their probabilities', words)
    .addOption(
      new Option('--likelihood <kind>', 'what those come of: log-likelihoods of whole answers, or a token').choices([
        'sum',
        'mean',
      ]),
    )
    .option('--start <seconds>', 'where the clip begins', seconds)
    .option('--end <seconds>', 'where it ends', seconds)
    .addOption(frameRate())
    .option('--chat', 'go on with questions from stdin, one a line, on the same video')
    .option('--max-tokens <count>', 'most tokens of an answer (default: 256)', whole(1))
    .option('--temperature <value>', '0 takes the likeliest token each time (default: 0)', temperature)
    .option('--top-p <share>', 'draw among the likeliest tokens that have this probability (default: 1)', share)
    .option('--seed <number>', 'what is drawn with (default: 0)', whole(0))
    .option('--stop <texts...>', 'texts that end an answer and are no part of it')
    .option('--system <text>', "said before the first question (default: as in the run's training)")
    .addOption(
      new Option(
        '--short <rule>',
        'of a clip with too few frames: show some again, add black ones, or an error (default: as in training)',
      ).choices(['repeat', 'pad', 'refuse']),
    )
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        `egolens ask ${demoVideo} "What do the hands work on?" --start 4 --end 7`,
        `egolens ask tea.mp4 "What is poured?" --choices tea,milk,water --start 3 --end 8 --model ${DEMO_PRACTICE}`,
        'egolens ask tea.mp4 --chat --model DAMO-NLP-SG/VideoLLaMA2-7B-16F',
      ),
    )
    .action(
      action<Options>(async (session, options, video, question) => {
        const name = options.model ?? demoModel()
        if (!question && !options.chat) throw noQuestion()
        await useAllCores()
        const { openVideoModel } = await import('../exo2ego/ask/index.js')
        using model = await openVideoModel(name, { device: await quickest() })
        const { start, end, frameRate, system, short } = options
        const images = frameRate === undefined ? {} : { frameRate }
        const { talk, notice } = await model.watch(video!, { start, end, system, short, ...images })
        if (notice) session.say(`note: ${notice}`)
        try {
          const replies = await converse(session, talk, options, question)
          const about = { video, model: name, start, end, notes: notice ? [notice] : [] }
          if (session.json) {
            session.result(options.chat ? { ...about, answers: replies } : { ...about, ...replies[0] }, '')
          }
        } finally {
          talk.dispose()
        }
        return undefined
      }),
    )
}

/** The model that the demo leaves behind. */
function demoModel(): string {
  if (existsSync(join(DEMO_PRACTICE, 'model.json'))) return DEMO_PRACTICE
  throw new EgoLensError('ask/no-model', 'no model was named, and there is none of the demo here', {
    cure: 'name by --model the run of a stage of Exo2Ego or a VideoLLaMA2 checkpoint such as DAMO-NLP-SG/VideoLLaMA2-7B-16F, or run egolens demo --exo2ego in this folder first',
  })
}

const noQuestion = () =>
  new EgoLensError('ask/no-question', 'nothing was asked', {
    cure: 'write the question behind the video, or --chat to ask line by line',
  })

async function quickest() {
  const { cudaAvailable } = await import('@egolens/torch')
  return cudaAvailable() ? 'cuda' : 'cpu'
}

/** The first question, and with --chat those of the lines of stdin. */
async function converse(session: Session, talk: Conversation, options: Options, first: string | undefined) {
  const replies: (Omit<Reply, 'text'> & { question: string; answer: string })[] = []
  const { signal } = session
  for await (const question of questions(first, options, signal)) {
    const { text, ...rest } = await reply(session, talk.ask(question, settings(options, signal)))
    replies.push({ question, answer: text, ...rest })
  }
  return replies
}

async function* questions(first: string | undefined, { chat }: Options, signal: AbortSignal) {
  if (first) yield first
  if (!chat) return
  const people = process.stdin.isTTY
  const lines = createInterface({ input: process.stdin, signal })
  const prompt = () => people && process.stderr.write('> ')
  prompt()
  for await (const line of lines) {
    if (line.trim() !== '') yield line.trim()
    prompt()
  }
  signal.throwIfAborted()
}

const settings = (options: Options, signal: AbortSignal): AskOptions => {
  const { choices, likelihood, maxTokens, temperature, topP, seed, stop } = options
  return { choices, likelihood, maxTokens, temperature, topP, seed, stop, signal }
}

/** Writes an answer as it comes; with --json it is only gathered. */
async function reply(session: Session, stream: AsyncGenerator<string, Reply>): Promise<Reply> {
  for (;;) {
    const { done, value } = await stream.next()
    if (!done) {
      if (!session.json) process.stdout.write(value)
      continue
    }
    if (!session.json) process.stdout.write(`\n${table(value)}`)
    return value
  }
}

function table({ choices }: Reply): string {
  if (!choices) return ''
  const rows = choices.map(({ text, probability }) => [text, `${(100 * probability).toFixed(1)} %`])
  return `${columns([['answer', 'probability'], ...rows])}\n`
}
