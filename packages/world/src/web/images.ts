import type { SKRSContext2D } from '@napi-rs/canvas'
import { createCanvas } from '@napi-rs/canvas'
import type { State } from '../art/art.js'
import { still } from '../art/art.js'
import { artOf } from '../art/index.js'
import { css, hsl } from '../draw/colour.js'
import { drawEffect } from '../draw/effects.js'
import type { Look } from '../draw/look.js'
import { lookOf } from '../draw/look.js'
import { Sprite } from '../draw/sprite.js'
import type { ProgramName } from '../motion/index.js'
import { worldSeed } from '../place/seeds.js'
import { castings } from '../place/verbs.js'
import { Random } from '../random.js'
import { grainOf, paintShapes, paintTexture, paintVeil, webLooks, webStyle } from './looks.js'
import { article, colourWord, nounWords, verbWords } from './words.js'

/** What sets the web-like pictures apart from the places, besides `styles.web`: the knobs of the zero-shot gates. */
export const webScene = {
  /** Share of the picture's width that the thing takes. */
  fills: [0.4, 1.05],
  /** Largest turn of the thing, radians. */
  turn: 0.9,
  /** Share of captions that speak of an action, and of those the share whose action can be seen. */
  actions: 0.25,
  depicted: 0.5,
  /** Share of captions that name the colour. */
  coloured: 0.35,
  /** Share of pictures on a plain white ground. */
  plain: 0.25,
} as const

/** A picture with its caption. `noun` and `verb` name the kind of thing and the motion program. */
export interface WebImage {
  /** Height x width x 3 bytes. */
  rgb: Uint8Array
  width: number
  height: number
  caption: string
  noun: string
  verb?: ProgramName
  assetSeed: number
}

export interface WebOptions {
  seed: number
  count: number
  /** Number of the first picture: ranges can be drawn by several processes. */
  start?: number
  size?: number
}

const nounTemplates = [
  'a photo of {}',
  'a picture of {}',
  '{}',
  'a close-up of {}',
  '{} on a plain background',
  'a product photo of {}',
  'an image of {}',
  'one {} seen from the front',
]
const verbTemplates = ['a picture of someone {}', 'someone {}', '{}', 'a photo of a person {}', 'a hand {}']

/** How a motionless picture hints at an action, if it does. */
const hints: Partial<
  Record<ProgramName, { state?: Partial<State>; turn?: number; stream?: boolean; shrink?: number }>
> = {
  open: { state: { open: 0.7 } },
  close: { state: { open: 0.4 } },
  turnOn: { state: { on: 1 } },
  turnOff: { state: { on: 0 } },
  pour: { turn: -1, stream: true, shrink: 0.8 },
  fill: { state: { level: 1 } },
  cut: { state: { cut: 0.7 } },
  divide: { state: { cut: 0.9 } },
  peel: { state: { peel: 0.5 } },
  wrap: { state: { wrap: 0.6 } },
  unwrap: { state: { wrap: 0.4 } },
  wash: { state: { wet: 0.9 } },
  fold: { state: { fold: 0.6 } },
  unfold: { state: { fold: 0.3 } },
  paint: { state: { coat: 0.5 } },
  squeeze: { state: { squeeze: 1 } },
  sprinkle: { turn: -2 },
  shake: { turn: 0.5 },
}

const kinds = [...nounWords.keys()]

/**
 * Draws web-like pictures one after the other: a single thing in the middle, no hands, other instances, palettes and
 * light than in any place. The same seed and number give the same picture.
 *
 * @example for (const { rgb, caption } of renderWebImages({ seed: 1, count: 1000 })) train(rgb, caption)
 */
export function* renderWebImages({ seed, count, start = 0, size = 128 }: WebOptions): Generator<WebImage> {
  const canvas = createCanvas(size, size)
  const ctx = canvas.getContext('2d')
  for (let i = start; i < start + count; i++) {
    const assetSeed = worldSeed('web', 'asset', seed, i)
    const random = new Random(worldSeed('web', 'scene', seed, i))
    const noun = kinds[i % kinds.length]!
    const art = artOf(noun)
    const style = webStyle(random)
    const look = lookOf(assetSeed, art.colour, style)
    const verb = random.chance(webScene.actions) ? verbOf(noun, random) : undefined
    const hint = verb && random.chance(webScene.depicted) ? hints[verb] : undefined
    ctx.setTransform(1, 0, 0, 1, 0, 0)
    ground(ctx, size, random)
    place(ctx, size, new Sprite(art, look, style), random, hint)
    paintVeil(ctx, size, random)
    const caption = captionOf(noun, look, art.colour === 'any', verb, random)
    yield {
      rgb: rgbOf(canvas.data(), grainOf(random), random),
      width: size,
      height: size,
      caption,
      noun,
      assetSeed,
      ...(verb ? { verb } : {}),
    }
  }
}

function verbOf(noun: string, random: Random): ProgramName {
  const going = (Object.keys(castings) as ProgramName[]).filter(
    (name) => castings[name].nouns === 'graspable' || castings[name].nouns.includes(noun),
  )
  return random.pick(going)
}

function ground(ctx: SKRSContext2D, size: number, random: Random): void {
  const plain = random.chance(webScene.plain)
  const base = plain
    ? hsl(0, 0, random.range(94, 100))
    : hsl(random.range(0, 360), random.range(5, 55), random.range(60, 95))
  const light = ctx.createLinearGradient(0, 0, size * random.next(), size)
  light.addColorStop(0, css(base))
  light.addColorStop(1, css({ ...base, l: base.l - (plain ? 4 : random.range(0, 22)) }))
  ctx.fillStyle = light
  ctx.fillRect(0, 0, size, size)
  if (!plain && random.chance(0.4)) {
    ctx.fillStyle = css({ ...base, h: base.h + random.range(-40, 40), l: base.l - random.range(6, 22) })
    const horizon = size * random.range(0.5, 0.8)
    ctx.fillRect(0, horizon, size, size - horizon)
  }
  if (random.chance(webLooks.textured)) paintTexture(ctx, size, random)
  paintShapes(ctx, size, random)
}

function place(
  ctx: SKRSContext2D,
  size: number,
  sprite: Sprite,
  random: Random,
  hint: (typeof hints)[ProgramName] | undefined,
): void {
  const { state, turn = 0, stream, shrink = 1 } = hint ?? {}
  const extent = Math.max(sprite.width, sprite.height)
  const scale = ((size * random.range(webScene.fills[0], webScene.fills[1])) / extent) * shrink
  const x = size / 2 + size * random.range(-0.1, 0.1)
  const y = size / 2 + size * random.range(-0.1, 0.1)
  const angle = turn + (sprite.art.stand ? random.range(-0.15, 0.15) : random.range(-1, 1) * webScene.turn)
  ctx.fillStyle = 'rgba(20,20,30,0.16)'
  ctx.beginPath()
  ctx.ellipse(x + 2, y + sprite.height * scale * 0.46, sprite.width * scale * 0.46, size * 0.035, 0, 0, 2 * Math.PI)
  ctx.fill()
  ctx.save()
  ctx.translate(x, y)
  ctx.rotate(angle)
  ctx.scale(scale * (random.chance(0.5) && !turn ? -1 : 1), scale)
  sprite.paint(ctx, {
    ...still,
    level: random.next(),
    open: random.chance(0.12) ? random.next() : 0,
    on: random.chance(0.3) ? 1 : 0,
    ...state,
  })
  ctx.restore()
  if (!stream) return
  const [mx, my] = sprite.art.mouth ?? [0, -4]
  const lip = [
    x + (mx * Math.cos(angle) - my * Math.sin(angle)) * scale,
    y + (mx * Math.sin(angle) + my * Math.cos(angle)) * scale,
    0,
  ] as const
  drawEffect(
    ctx,
    { kind: 'stream', from: lip, to: [lip[0] - 4, size + 4, 0], hue: 200, amount: 1, phase: 0 },
    ([px, py]) => ({ x: px, y: py, scale: 3 }),
  )
}

function captionOf(noun: string, look: Look, coloured: boolean, verb: ProgramName | undefined, random: Random): string {
  const words = nounWords.get(noun)!
  const name = random.chance(0.75) ? words[0]! : random.pick(words)
  const full = coloured && random.chance(webScene.coloured) ? `${colourWord(look.main)} ${name}` : name
  if (verb) return random.pick(verbTemplates).replace('{}', `${random.pick(verbWords[verb])} ${article(full)}`)
  const template = random.pick(nounTemplates)
  return template.replace('{}', template.startsWith('one') ? full : article(full))
}

function rgbOf(rgba: Uint8Array, grain: number, random: Random): Uint8Array {
  const rgb = new Uint8ClampedArray((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const noise = grain === 0 ? 0 : (random.next() - 0.5) * 2 * grain * 255
    rgb[to] = rgba[from]! + noise
    rgb[to + 1] = rgba[from + 1]! + noise
    rgb[to + 2] = rgba[from + 2]! + noise
  }
  return new Uint8Array(rgb.buffer)
}
