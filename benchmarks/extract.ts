import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Bench, Benchmark } from './harness/bench.js'
import { cli, runProgram } from './harness/cli.js'
import { ffmpegVersion } from './harness/machine.js'
import { ownRecipe } from './harness/own-clips.js'
import { peerEnvironment } from './harness/peer.js'
import { tiny, vitB16, writeRandomClip } from './harness/random-clip.js'

/** The command `egolens extract`, from video files to the feature store. */
export const extract: Benchmark = {
  name: 'extract',
  about: '1080p files to stored ViT-B/16 features of full frames and hand crops, four frames a second, by the command',
  run,
}

const parts = ['hash', 'decode', 'hands', 'preprocess', 'encode', 'write'] as const
const report = z.object({ frames: z.number(), seconds: z.record(z.enum(parts), z.number()) })

async function run(bench: Bench): Promise<void> {
  const size = bench.quick
    ? { width: 96, height: 64, seconds: 2, rate: 10 }
    : { width: 1920, height: 1080, seconds: 8, rate: 30 }
  const videos = 2
  const covered = videos * size.seconds
  bench.set({ ...size, videos, every: 0.25, views: 'hand, full', hands: 'ssd', compute: 'auto' })
  bench.version('ffmpeg', ffmpegVersion())
  const clip = join(bench.folder, 'clip')
  await writeRandomClip(clip, bench.quick ? tiny : vitB16)
  bench.say('making the videos')
  const recipe = ownRecipe(bench.folder, { videos, size, clip, hands: 'ssd' })
  const store = join(bench.folder, 'store')

  const command = async (threads: number, ...rest: string[]) => {
    const { stdout } = await runProgram(
      process.execPath,
      [cli, 'extract', recipe, '--json', ...rest],
      peerEnvironment(threads, null),
    )
    return report.parse(JSON.parse(stdout))
  }
  const split: Record<string, number[]> = Object.fromEntries(parts.map((part) => [part, []]))
  let frames = 0
  const fresh = async (work: () => Promise<unknown>) => {
    rmSync(store, { recursive: true, force: true })
    const start = performance.now()
    await work()
    return (performance.now() - start) / 1000
  }
  const each = Math.max(1, bench.threads >> 1)
  const samples = await bench.interleave({
    one: () =>
      fresh(async () => {
        const found = await command(bench.threads, '--workers', '1')
        frames = found.frames
        for (const part of parts) split[part]!.push(found.seconds[part])
      }),
    two: () =>
      fresh(() => Promise.all(['0/2', '1/2'].map((shard) => command(each, '--workers', '1', '--shard', shard)))),
    workers: () => fresh(() => command(bench.threads, '--workers', '2')),
  })
  bench.set({ frames })
  bench.figure(
    'videoSecondsPerSecond',
    's/s',
    samples.one.map((s) => covered / s),
  )
  bench.figure(
    'videoSecondsPerSecondByTwo',
    's/s',
    samples.two.map((s) => covered / s),
  )
  bench.figure(
    'framesPerSecond',
    'frames/s',
    samples.one.map((s) => frames / s),
  )
  for (const part of parts) bench.figure(part, 's', split[part]!.slice(1)) // the first one warmed up
  const inside = split.hash!.map((_, i) => parts.reduce((sum, part) => sum + split[part]![i]!, 0)).slice(1)
  bench.figure(
    'rest',
    's',
    samples.one.map((s, i) => s - inside[i]!),
  )
  bench.ratio(samples.two, samples.one, 'twoProcesses')
  bench.ratio(samples.workers, samples.one, 'twoWorkers')
  bench.note('no other program does the same work, so there is no headline; "rest" is start-up and loading weights')
}
