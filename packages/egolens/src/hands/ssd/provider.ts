import { frames, type ImageOptions, type Rgb } from '../../video/index.js'
import type { FrameDetections, HandProvider } from '../types.js'
import { HandDetector, type SsdOptions, ssdDefaults } from './detector.js'

// The network sees 320 x 320 and does not smooth when it shrinks, so FFmpeg shrinks large frames first.
const SHORT_SIDE = 480

export interface DetectHandsOptions extends ImageOptions, Partial<SsdOptions> {
  /** A grid of times `k * every`, in seconds. */
  every?: number
  /** Or these times, in seconds. */
  times?: readonly number[]
  /** A loaded detector to use; without it one is loaded and freed. */
  detector?: HandDetector
  /** Told after each frame, with the picture, for progress and drawing. */
  onFrame?: (found: FrameDetections, picture: Rgb) => void | Promise<void>
}

/**
 * Hands in a video, found by the SSD detector, in the order of time. Without `every` and `times` it looks four times
 * a second.
 *
 * @example
 * const frames = await detectHands('P01_01.mp4', { every: 0.5 })
 */
export async function detectHands(source: string, options: DetectHandsOptions = {}): Promise<FrameDetections[]> {
  const { every = options.times ? undefined : 0.25, times, frameRate, zeroNumber, onFrame, ...ssd } = options
  const detector = options.detector ?? (await HandDetector.load())
  try {
    const found: FrameDetections[] = []
    for await (const frame of frames(source, { every, times, frameRate, zeroNumber, shortSide: SHORT_SIDE })) {
      const [hands] = detector.detect([frame], ssd)
      const detections = { time: frame.at, hands: hands!, objects: [] }
      await onFrame?.(detections, frame)
      found.push(detections)
    }
    return found
  } finally {
    if (!options.detector) detector.dispose()
  }
}

/** The SSD detector as a provider. It is loaded at once, so that its id is known; free it with `detector.dispose()`. */
export async function ssdProvider(
  options: ImageOptions & Partial<SsdOptions> = {},
): Promise<HandProvider & { detector: HandDetector }> {
  const detector = await HandDetector.load()
  const { frameRate, zeroNumber, ...ssd } = options
  const id = `ssd:${detector.hash.slice(0, 16)}:${JSON.stringify({ ...ssdDefaults, ...ssd })}`
  return {
    name: 'ssd',
    id,
    detector,
    sourceId: async () => id,
    async detections(source, times, images) {
      const found = await detectHands(source, { ...options, ...images, times, detector })
      const byTime = new Map(found.map((frame) => [frame.time, frame]))
      return times.map((time) => byTime.get(time)!)
    },
  }
}
