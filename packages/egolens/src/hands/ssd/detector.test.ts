import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromTypedArray, memory } from '@egolens/torch'
import { loadImage } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawDetections } from '../draw.js'
import { decodeBoxes, iou, readAnchors, suppress } from './boxes.js'
import { HandDetector } from './detector.js'
import { type Graph, installedModel, readGraph } from './graph.js'
import { SIDE, toInput } from './input.js'
import { SsdNetwork } from './network.js'
import { detectHands } from './provider.js'

const clip = fileURLToPath(new URL('../../../../../../shared/clips/ego4d_stir_pan_2s.mp4', import.meta.url))

/** Noise; the golden values below are TensorFlow.js' (CPU) for the same picture of 96 x 72. */
function noise(width = 96, height = 72) {
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, x = 12345; i < rgb.length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff
    rgb[i] = (x >> 16) & 255
  }
  return { width, height, rgb }
}

describe('the network', () => {
  let graph: Graph
  beforeAll(async () => {
    graph = await readGraph(installedModel())
  })

  it('gives the values of the original graph, at the finest and the coarsest level', () => {
    const network = new SsdNetwork(graph)
    const values = new Float32Array(SIDE * SIDE * 3)
    toInput(noise(), values)
    const input = fromTypedArray(values, [1, SIDE, SIDE, 3])
    const output = network.forward(input)
    const codes: Record<number, number[]> = {
      0: [0.6187, 0.06438, -3.42405, -5.15388],
      4321: [-0.63238, 0.32261, 2.1107, -1.77462],
      9600: [0.05031, 0.23788, -1.51397, -2.36787],
      12172: [0.85656, -0.08957, 0.3402, 0.02829],
      12803: [-0.05765, -0.05399, -0.08809, -0.45222],
    }
    const logits = [-5.37888, -3.87742, -5.08069, -2.36808, -4.79763, -3.945, -7.36402, -5.0132]
    for (const [i, golden] of Object.entries(codes)) {
      const got = [...output.codes.subarray(+i * 4, +i * 4 + 4)]
      expect(got).toEqual(golden.map((v) => expect.closeTo(v, 3)))
    }
    expect([...output.logits.subarray(12172 * 8, 12172 * 8 + 8)]).toEqual(logits.map((v) => expect.closeTo(v, 3)))
    const [best] = decodeBoxes(output, readAnchors(graph), 0, 0.08)
    expect(best!.score).toBeCloseTo(0.08564, 4)
    // [top, left, bottom, right] there: -0.0043, 0.70524, 0.60121, 0.98969
    expect(best!.box).toEqual([0.70524, 0, 0.98969, 0.60121].map((v) => expect.closeTo(v, 3)))
    input.dispose()
    network.dispose()
  })

  it('leaves no tensor behind', () => {
    const before = memory().tensors
    const network = new SsdNetwork(graph)
    const input = fromTypedArray(new Float32Array(2 * SIDE * SIDE * 3), [2, SIDE, SIDE, 3])
    expect(network.forward(input).codes).toHaveLength(2 * 12804 * 4)
    input.dispose()
    network.dispose()
    expect(memory().tensors).toBe(before)
  })

  it('refuses a folder that holds no graph', async () => {
    await expect(readGraph('nowhere')).rejects.toMatchObject({ code: 'hands/no-weights' })
  })
})

describe('boxes', () => {
  it('overlap by their intersection over union', () => {
    expect(iou([0, 0, 0.5, 0.5], [0.25, 0, 0.75, 0.5])).toBeCloseTo(1 / 3, 12)
    expect(iou([0, 0, 0.5, 0.5], [0.5, 0.5, 1, 1])).toBe(0)
  })

  it('are suppressed by better ones, and no more than asked for are kept', () => {
    const boxes = [
      { box: [0, 0, 0.5, 0.5] as const, score: 0.5 },
      { box: [0, 0, 0.5, 0.6] as const, score: 0.9 },
      { box: [0.6, 0.6, 1, 1] as const, score: 0.4 },
      { box: [0, 0.7, 0.2, 1] as const, score: 0.3 },
    ]
    expect(suppress(boxes, 0.3, 2).map((b) => b.score)).toEqual([0.9, 0.4])
    expect(suppress(boxes, 0.9, 9).map((b) => b.score)).toEqual([0.9, 0.5, 0.4, 0.3])
  })
})

describe('the detector', () => {
  let detector: HandDetector
  beforeAll(async () => {
    detector = await HandDetector.load()
  })
  afterAll(() => detector.dispose())

  it('takes the better of the picture and its mirror image, with the box turned back', () => {
    const picture = noise(SIDE, SIDE)
    const turned = { ...picture, rgb: new Uint8Array(picture.rgb.length) }
    for (let i = 0; i < SIDE * SIDE; i++) {
      const from = i - 2 * (i % SIDE) + SIDE - 1
      turned.rgb.set(picture.rgb.subarray(from * 3, from * 3 + 3), i * 3)
    }
    const options = { threshold: 0.01, most: 1 }
    const [plain, mirrored] = detector.detect([picture, turned], { ...options, mirror: false })
    const [both] = detector.detect([picture], { ...options, mirror: true })
    const [left, top, right, bottom] = mirrored![0]!.box
    const better =
      plain![0]!.score > mirrored![0]!.score
        ? plain![0]!
        : { box: [1 - right, top, 1 - left, bottom], score: mirrored![0]!.score }
    expect(both![0]!.score).toBeCloseTo(better.score, 5)
    expect(both![0]!.box).toEqual(better.box.map((v) => expect.closeTo(v, 4)))
  })

  it.skipIf(!existsSync(clip))('finds both hands in most frames of a real clip (needs the shared clips)', async () => {
    const found = await detectHands(clip, { every: 0.1, detector })
    expect(found.map((frame) => frame.time)).toEqual(Array.from({ length: 20 }, (_, k) => expect.closeTo(k / 10, 9)))
    const centre = ([l, t, r, b]: readonly number[]) => [(l! + r!) / 2, (t! + b!) / 2] as const
    const counts = found.map(({ hands }) => {
      const centres = hands.map((hand) => centre(hand.box))
      const left = centres.some(([x, y]) => x > 0.3 && x < 0.5 && y > 0.8)
      const right = centres.some(([x, y]) => x > 0.6 && y > 0.15 && y < 0.65)
      return [left, right] as const
    })
    expect(counts.filter(([left]) => left).length).toBeGreaterThanOrEqual(18)
    expect(counts.filter(([left, right]) => left && right).length).toBeGreaterThanOrEqual(12)
  })

  it('is drawn as a picture', async () => {
    const frame = { width: 40, height: 30, rgb: new Uint8Array(3600).fill(10) }
    const hands = [{ box: [0.25, 0.5, 0.75, 0.9] as const, score: 0.9 }]
    const png = drawDetections(frame, { hands, objects: [] }, { crop: [0, 0, 1, 1] })
    const image = await loadImage(png)
    expect([image.width, image.height]).toEqual([40, 30])
    expect(drawDetections(frame, { hands, objects: [] }, { format: 'jpeg' }).subarray(0, 2)).toEqual(
      Buffer.from([0xff, 0xd8]),
    )
  })
})
