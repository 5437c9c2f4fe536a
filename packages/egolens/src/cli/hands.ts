import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Command } from 'commander'
import { EgoLensError } from '../errors.js'
import type { FrameDetections } from '../hands/index.js'
import { examples, frameRate, json, positive } from './options.js'
import { action, type Session } from './session.js'
import { useAllCores } from './threads.js'

interface Options {
  every: number
  frameRate?: number
  draw?: string
  detections?: string
}

/** `egolens hands VIDEO` */
export function hands(): Command {
  return new Command('hands')
    .description('hand boxes of a video, found by the detector, as JSON or drawn')
    .argument('<video>', 'a video file, a folder of numbered images, or a tar of them')
    .option('--every <seconds>', 'time between frames', positive, 0.25)
    .addOption(frameRate())
    .option('--draw <folder>', 'write each frame with its boxes as a PNG into this folder')
    .option(
      '--detections <file>',
      'take the boxes from a file instead: EPIC-KITCHENS, 100DOH, X-MIC or own; see docs/datasets.md',
    )
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'egolens hands kitchen.mp4 --json > hands.json',
        'egolens hands kitchen.mp4 --every 0.5 --draw boxes',
        'egolens hands frames/ --frame-rate 30',
      ),
    )
    .action(
      action<Options>(async (session, options, video) => {
        await useAllCores()
        const frames = await find(session, options, video!)
        if (options.draw) await draw(session, video!, frames, options.draw, options)
        const counts = frames.map((frame) => frame.hands.length)
        const both = counts.filter((count) => count >= 2).length
        const none = counts.filter((count) => count === 0).length
        session.result(
          { frames },
          `${frames.length} frames: ${both} with both hands, ${frames.length - both - none} with one, ${none} with none`,
        )
        return undefined
      }),
    )
}

async function find(session: Session, options: Options, video: string): Promise<FrameDetections[]> {
  if (!options.detections) return detect(session, options, video)
  const { readDetections } = await import('../hands/index.js')
  return readDetections(options.detections)
}

/** Hands found by the detector, with progress; an interruption ends it after a frame. */
export async function detect(
  { progress, signal }: Session,
  options: { every: number; frameRate?: number },
  video: string,
): Promise<FrameDetections[]> {
  const [{ detectHands }, { probe }] = await Promise.all([import('../hands/index.js'), import('../video/index.js')])
  const { duration } = await probe(video, images(options))
  const total = Math.ceil(duration / options.every)
  let done = 0
  return detectHands(video, {
    ...images(options),
    every: options.every,
    onFrame: async () => {
      progress({ task: 'hands', done: ++done, total, unit: 'frames' })
      await nextTurn()
      signal.throwIfAborted()
    },
  })
}

const images = ({ frameRate }: { frameRate?: number }) => (frameRate === undefined ? {} : { frameRate })

async function draw(
  { progress }: Session,
  video: string,
  found: FrameDetections[],
  folder: string,
  options: Options,
): Promise<void> {
  const [{ drawDetections }, { frames }] = await Promise.all([import('../hands/index.js'), import('../video/index.js')])
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new EgoLensError('hands/no-folder', cause.message, { where: folder, cause })
  })
  let done = 0
  for await (const frame of frames(video, { ...images(options), times: found.map((f) => f.time) })) {
    const name = `${frame.at.toFixed(3).padStart(9, '0')}.png`
    await writeFile(join(folder, name), drawDetections(frame, found[done]!))
    progress({ task: 'drawing', done: ++done, total: found.length, unit: 'frames' })
  }
}
