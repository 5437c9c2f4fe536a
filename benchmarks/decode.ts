import { spawn } from 'node:child_process'
import { setNumThreads } from '@egolens/torch'
import { frames, frameTimes, type ImageEncoder, preprocess, type Rgb } from 'egolens'
import type { Bench, Benchmark } from './harness/bench.js'
import { seconds } from './harness/clock.js'
import { ffmpegVersion } from './harness/machine.js'
import { makeVideo } from './harness/video.js'

/** From an H.264 file to the tensors that an encoder takes. */
export const decode: Benchmark = {
  name: 'decode',
  about: '1080p H.264 into resized tensors, against the ffmpeg program writing the same frames to a null sink',
  goals: { ratio: 0.9 },
  run,
}

const preprocessing: ImageEncoder['preprocessing'] = {
  size: 224,
  resize: 224,
  mean: [0.48, 0.46, 0.41],
  std: [0.27, 0.26, 0.28],
  mode: 'center',
}
const BATCH = 48

async function run(bench: Bench): Promise<void> {
  setNumThreads(bench.threads)
  const { threads, quick } = bench
  const size = quick
    ? { width: 96, height: 64, seconds: 2, rate: 10 }
    : { width: 1920, height: 1080, seconds: 10, rate: 30 }
  const shortSide = quick ? 24 : 224
  const prepared = quick ? { ...preprocessing, size: 24, resize: 24 } : preprocessing
  bench.set({ ...size, shortSide, size: prepared.size })
  bench.version('ffmpeg', ffmpegVersion())
  bench.say('making the video')
  const video = makeVideo(bench.folder, size)
  const count = size.seconds * size.rate
  const scaled = `${Math.round((size.width * shortSide) / size.height)}:${shortSide}`

  const toTensors = async (short?: number) => {
    let done = 0
    const took = await seconds(async () => {
      let group: Rgb[] = []
      const flush = () => {
        preprocess(group, prepared).dispose()
        done += group.length
        group = []
      }
      for await (const frame of frames(video, { threads, ...(short === undefined ? {} : { shortSide: short }) })) {
        if (group.push(frame) === BATCH) flush()
      }
      if (group.length > 0) flush()
    })
    if (done !== count) throw new Error(`${done} of ${count} frames came`)
    return took
  }
  const nullSink = (filters: string) => () => seconds(() => ffmpeg(video, threads, filters))
  const bicubic = 'flags=bicubic+accurate_rnd+full_chroma_int'

  const samples = await bench.interleave({
    ours: () => toTensors(shortSide),
    ffmpeg: nullSink(`scale=${scaled}:${bicubic},format=rgb24`),
    exact: () => toTensors(),
    ffmpegFull: nullSink(`scale=${size.width}:${size.height}:${bicubic},format=rgb24`),
  })
  const rate = (of: readonly number[]) => of.map((s) => count / s)
  bench.figure('tensors', 'frames/s', rate(samples.ours))
  bench.figure('ffmpeg', 'frames/s', rate(samples.ffmpeg))
  bench.figure('exactTensors', 'frames/s', rate(samples.exact))
  bench.figure('ffmpegFullSize', 'frames/s', rate(samples.ffmpegFull))
  bench.ratio(samples.ours, samples.ffmpeg)
  bench.ratio(samples.exact, samples.ffmpegFull, 'exactVsFullSize')
  bench.note(
    'tensors: FFmpeg scales to the short side that the encoder takes; exactTensors: the exact resize alone, from full size, as extraction does',
  )
  await onePass(bench, video, size.seconds)
}

/** Clips of one file: all in one call, which plans passes and seeks, against one call a clip. */
async function onePass(bench: Bench, video: string, length: number): Promise<void> {
  const { threads } = bench
  const clips = Array.from({ length: bench.quick ? 2 : 10 }, (_, i) => {
    const start = (i * length) / (bench.quick ? 2 : 10)
    return frameTimes(start, start + (0.8 * length) / (bench.quick ? 2 : 10), bench.quick ? 2 : 8, { mode: 'eval' })
  })
  bench.set({ clips: clips.length, framesAClip: clips[0]!.length })
  const read = async (times: readonly number[]) => {
    for await (const _ of frames(video, { times, threads, shortSide: 64 }));
  }
  const samples = await bench.interleave({
    together: () => seconds(() => read(clips.flat())),
    apart: () =>
      seconds(async () => {
        for (const clip of clips) await read(clip)
      }),
  })
  bench.figure(
    'clipsTogether',
    'clips/s',
    samples.together.map((s) => clips.length / s),
  )
  bench.figure(
    'clipsApart',
    'clips/s',
    samples.apart.map((s) => clips.length / s),
  )
  bench.ratio(samples.together, samples.apart, 'onePassVsProcessAClip')
}

function ffmpeg(video: string, threads: number, filters: string): Promise<void> {
  const argv = ['-nostdin', '-v', 'error', '-threads', String(threads), '-i', video, '-map', '0:V:0', '-an']
  const sink = ['-vf', filters, '-fps_mode', 'passthrough', '-f', 'null', '-']
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', [...argv, ...sink], { stdio: ['ignore', 'ignore', 'inherit'] })
    child.on('error', reject)
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code}`))))
  })
}
