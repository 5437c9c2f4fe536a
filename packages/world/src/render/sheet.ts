import type { Canvas } from '@napi-rs/canvas'
import { createCanvas } from '@napi-rs/canvas'
import { egoCamera, exoCameras } from '../place/camera.js'
import type { PlaceName } from '../place/names.js'
import { worldSeed } from '../place/seeds.js'
import { vocabulary } from '../place/vocabulary.js'
import { Random } from '../random.js'
import { actionOf, frameRates } from '../video/action.js'
import type { FrameTruth } from '../video/film.js'
import { Film, FRAME } from '../video/film.js'
import type { VideoPlan } from '../video/plan-types.js'
import { renderWebImages } from '../web/images.js'

export interface SheetOptions {
  seed?: number
  /** Verb ids, one row each; by default every verb of the place. */
  verbs?: readonly number[]
  /** Pictures a row. */
  columns?: number
  /** Width of a picture in pixels. */
  width?: number
  /** Draws the exact boxes: hands green, the noun red, other touched things yellow. */
  boxes?: boolean
}

/** A video of one action, for looking at. */
export function singleAction(place: PlaceName, verb: number, seed: number): VideoPlan {
  const random = new Random(worldSeed(place, 'sheet', seed, verb))
  const { verbs } = vocabulary(place)
  const action = actionOf(place, { verb, noun: random.pick(verbs[verb]!.nouns) }, 6, 34, random)
  const station = { seed: worldSeed(place, 'station', seed, verb), from: 0, to: 40, hover: [], actions: [action] }
  const participant = `${place === 'workshop' ? 'W' : place === 'cafe' ? 'OP' : 'P'}0${1 + random.int(9)}`
  return {
    place,
    id: 'sheet',
    participant,
    split: 'train',
    trimmed: true,
    seed: worldSeed(place, 'video', seed, verb),
    fps: frameRates[place],
    frames: 40,
    stations: [station],
  }
}

/** A picture with one row a verb and time running to the right. */
export function contactSheet(place: PlaceName, options: SheetOptions = {}): Canvas {
  const { verbs, nouns } = vocabulary(place)
  const { seed = 1, columns = 6, width = 160, boxes = false } = options
  const rows = options.verbs ?? verbs.map(({ id }) => id)
  const height = Math.round((width * FRAME.height) / FRAME.width)
  const sheet = createCanvas(columns * width, rows.length * height)
  const ctx = sheet.getContext('2d')
  const frame = createCanvas(FRAME.width, FRAME.height)
  for (const [row, verb] of rows.entries()) {
    const plan = singleAction(place, verb, seed)
    const [action] = plan.stations[0]!.actions
    const film = new Film(plan, seed)
    for (let column = 0; column < columns; column++) {
      const at = action!.start + Math.round((column * (action!.end - 1 - action!.start)) / Math.max(1, columns - 1))
      film.draw(frame.getContext('2d'), at)
      if (boxes) drawBoxes(frame, film.truth(at))
      ctx.drawImage(frame, column * width, row * height, width, height)
    }
    label(ctx, `${verbs[verb]!.name} ${nouns[action!.noun]!.name}`, 4, row * height + 13)
  }
  return sheet
}

function label(ctx: ReturnType<Canvas['getContext']>, text: string, x: number, y: number): void {
  ctx.font = 'bold 12px sans-serif'
  ctx.lineWidth = 3
  ctx.strokeStyle = 'rgba(0,0,0,0.7)'
  ctx.strokeText(text, x, y)
  ctx.fillStyle = '#fff'
  ctx.fillText(text, x, y)
}

function drawBoxes(frame: Canvas, { hands, objects }: FrameTruth): void {
  const ctx = frame.getContext('2d')
  const rect = (box: readonly [number, number, number, number], colour: string) => {
    ctx.strokeStyle = colour
    ctx.lineWidth = 2
    ctx.strokeRect(
      box[0] * FRAME.width,
      box[1] * FRAME.height,
      (box[2] - box[0]) * FRAME.width,
      (box[3] - box[1]) * FRAME.height,
    )
  }
  ctx.setTransform(1, 0, 0, 1, 0, 0)
  for (const { box, noun, contact } of objects) if (noun || contact) rect(box, noun ? '#ff4040' : '#ffd23c')
  for (const { box } of hands) rect(box, '#50f078')
}

/** The same moments from the wearer's eyes and from the four fixed cameras, one row a place. */
export function cameraSheet(places: readonly PlaceName[], seed = 1, width = 200): Canvas {
  const height = Math.round((width * FRAME.height) / FRAME.width)
  const sheet = createCanvas(5 * width, places.length * height)
  const frame = createCanvas(FRAME.width, FRAME.height)
  for (const [row, place] of places.entries())
    for (const [column, camera] of [
      egoCamera(FRAME.width, FRAME.height),
      ...exoCameras(FRAME.width, FRAME.height),
    ].entries()) {
      new Film(singleAction(place, 5, seed), seed, camera).draw(frame.getContext('2d'), 20)
      sheet.getContext('2d').drawImage(frame, column * width, row * height, width, height)
    }
  return sheet
}

/** Web-like pictures side by side. */
export function webSheet(columns: number, rows: number, seed = 1, size = 96): Canvas {
  const sheet = createCanvas(columns * size, rows * size)
  const ctx = sheet.getContext('2d')
  let index = 0
  for (const { rgb } of renderWebImages({ seed, count: columns * rows, size })) {
    const image = ctx.createImageData(size, size)
    for (let i = 0; i < size * size; i++) image.data.set([rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!, 255], 4 * i)
    ctx.putImageData(image, (index % columns) * size, Math.floor(index / columns) * size)
    index++
  }
  return sheet
}
