import { fromTypedArray } from '@egolens/torch'
import type { Rgb } from '../../video/index.js'
import type { Box, HandDetection } from '../types.js'
import { type Anchors, decodeBoxes, readAnchors, suppress } from './boxes.js'
import { installedModel, readGraph } from './graph.js'
import { mirrored, SIDE, toInput } from './input.js'
import { type RawOutput, SsdNetwork } from './network.js'

export interface SsdOptions {
  /** Least score of a hand, 0 to 1. */
  threshold: number
  /** Boxes that overlap a better one by more than this (intersection over union) are dropped. */
  overlap: number
  /** Most hands in a frame. */
  most: number
  /**
   * Look at each picture twice, also with left and right swapped, and keep the better of what overlaps. Twice the
   * work; on first-person clips it finds the second hand in a third more frames.
   */
  mirror: boolean
}

export const ssdDefaults: SsdOptions = { threshold: 0.25, overlap: 0.3, most: 4, mirror: true }

/**
 * The hand detector that is always there: SSD MobileNetV2 FPN-Lite at 320 x 320, its weights from the npm package
 * handtrackjs, run on the engine. It knows hands only, neither sides nor contact nor objects, and it is not 100DOH.
 *
 * @example
 * const detector = await HandDetector.load()
 * const [hands] = detector.detect([frame]) // [{ box: [left, top, right, bottom], score }]
 */
export class HandDetector {
  readonly hash: string
  readonly #network: SsdNetwork
  readonly #anchors: Anchors

  private constructor(network: SsdNetwork, anchors: Anchors, hash: string) {
    this.#network = network
    this.#anchors = anchors
    this.hash = hash
  }

  /** @throws EgoLensError `hands/no-weights` where handtrackjs is not installed */
  static async load(folder = installedModel()): Promise<HandDetector> {
    const graph = await readGraph(folder)
    return new HandDetector(new SsdNetwork(graph), readAnchors(graph), graph.hash)
  }

  /** Hands of each picture, best first. */
  detect(pictures: readonly Rgb[], options: Partial<SsdOptions> = {}): HandDetection[][] {
    const { threshold, overlap, most, mirror } = { ...ssdDefaults, ...options }
    const views = mirror ? [false, true] : [false]
    return pictures.map((picture) => {
      const output = this.#run(picture, mirror)
      const found = views.flatMap((turned, i) => {
        const boxes = decodeBoxes(output, this.#anchors, i, threshold)
        return turned ? boxes.map(({ box, score }) => ({ box: swapped(box), score })) : boxes
      })
      return suppress(found, overlap, most)
    })
  }

  #run(picture: Rgb, mirror: boolean): RawOutput {
    const size = SIDE * SIDE * 3
    const views = mirror ? 2 : 1
    const values = new Float32Array(views * size)
    toInput(picture, values.subarray(0, size))
    if (mirror) mirrored(values.subarray(0, size), values.subarray(size))
    const input = fromTypedArray(values, [views, SIDE, SIDE, 3])
    try {
      return this.#network.forward(input)
    } finally {
      input.dispose()
    }
  }

  dispose(): void {
    this.#network.dispose()
  }
}

function swapped([left, top, right, bottom]: Box): Box {
  return [1 - right, top, 1 - left, bottom]
}
