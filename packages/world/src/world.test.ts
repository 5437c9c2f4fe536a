import { createHash } from 'node:crypto'
import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { arts } from './art/index.js'
import { exoCameras } from './place/camera.js'
import { placeNames } from './place/names.js'
import { worldOf } from './place/seeds.js'
import { largestObjectRule, truth } from './render/truth.js'
import { assetSeed } from './video/cast.js'
import { detectAll } from './video/detections.js'
import { Film, FRAME } from './video/film.js'
import type { PlaceRequest } from './video/plan.js'
import { planPlace } from './video/plan.js'
import { renderWebImages } from './web/images.js'

const request = (place: PlaceRequest['place'], seed = 1): PlaceRequest => ({
  place,
  seed,
  clips: { train: 30, test: 12 },
  untrimmed: { train: 1, test: 1 },
})

function pixels(film: Film, frame: number): Uint8Array {
  const canvas = createCanvas(film.camera.width, film.camera.height)
  film.draw(canvas.getContext('2d'), frame)
  return canvas.data()
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('determinism', () => {
  it.each(placeNames)('draws the same bytes for the same seed in the %s, and others for another', (place) => {
    const [plan] = planPlace(request(place))
    const [again] = planPlace(request(place))
    const [other] = planPlace(request(place, 2))
    expect(again).toEqual(plan)
    const first = digest(pixels(new Film(plan!, 1), 20))
    expect(digest(pixels(new Film(again!, 1), 20))).toBe(first)
    expect(digest(pixels(new Film(other!, 2), 20))).not.toBe(first)
  })

  it('draws a frame alike whatever was drawn before it', () => {
    const [plan] = planPlace(request('kitchen'))
    const film = new Film(plan!, 1)
    for (const frame of [3, 90, 41]) pixels(film, frame)
    expect(digest(pixels(film, 20))).toBe(digest(pixels(new Film(plan!, 1), 20)))
  })
})

describe('what the worlds share', () => {
  it('is no asset seed and no scene seed', () => {
    const seeds = {
      kitchen: new Set<number>(),
      workshop: new Set<number>(),
      cafe: new Set<number>(),
      web: new Set<number>(),
    }
    for (const place of placeNames)
      for (const video of planPlace({
        place,
        seed: 1,
        clips: { train: 400, test: 100 },
        untrimmed: { train: 2, test: 2 },
      })) {
        seeds[place].add(video.seed)
        for (const art of Object.keys(arts))
          for (const copy of [0, 1]) seeds[place].add(assetSeed(place, 1, video.participant, art, copy))
        for (const station of video.stations) {
          seeds[place].add(station.seed)
          for (const action of station.actions) seeds[place].add(action.seed)
        }
      }
    for (const image of renderWebImages({ seed: 1, count: 80, size: 16 })) seeds.web.add(image.assetSeed)
    for (const [world, own] of Object.entries(seeds)) {
      expect([...new Set([...own].map(worldOf))]).toEqual([world])
      for (const [other, theirs] of Object.entries(seeds))
        if (other !== world) expect([...own].filter((seed) => theirs.has(seed))).toEqual([])
    }
  })

  it('is no instance between training and test participants', () => {
    const things = (split: 'train' | 'test') =>
      new Set(
        planPlace(request('kitchen'))
          .filter((video) => video.split === split)
          .flatMap(({ participant }) =>
            Object.keys(arts).flatMap((art) => [0, 1].map((copy) => assetSeed('kitchen', 1, participant, art, copy))),
          ),
      )
    const test = things('test')
    expect([...things('train')].filter((seed) => test.has(seed))).toEqual([])
  })
})

describe('truth', () => {
  it.each(placeNames)('keeps boxes in the frame and the noun in view in the %s', (place) => {
    let frames = 0
    let withNoun = 0
    for (const { frames: seen } of truth(request(place), { samples: 3 }))
      for (const { hands, objects } of seen) {
        frames++
        if (objects.some((object) => object.noun)) withNoun++
        for (const { box } of [...hands, ...objects]) {
          expect(Math.min(...box)).toBeGreaterThanOrEqual(0)
          expect(Math.max(...box)).toBeLessThanOrEqual(1)
          expect(box[2]).toBeGreaterThan(box[0])
          expect(box[3]).toBeGreaterThan(box[1])
        }
      }
    expect(withNoun / frames).toBeGreaterThan(0.97)
  })

  it('puts hand boxes where a hand is drawn', () => {
    // Hands are drawn over everything, so the picture with the hand differs from the one without inside the box alone.
    const [plan] = planPlace(request('kitchen'))
    const action = plan!.stations[2]!.actions[0]!
    const film = new Film(plan!, 1)
    const middle = Math.floor((action.start + action.end) / 2)
    const { hands } = film.truth(middle)
    expect(hands.length).toBeGreaterThan(0)
    const before = pixels(film, middle)
    const bare = {
      ...plan!,
      stations: plan!.stations.map((station, i) => (i === 2 ? { ...station, actions: [] } : station)),
    }
    const after = pixels(new Film(bare, 1), middle)
    const [left, top, right, bottom] = hands[0]!.box
    let changed = 0
    let total = 0
    for (let y = Math.floor(top * FRAME.height); y < bottom * FRAME.height - 1; y++)
      for (let x = Math.floor(left * FRAME.width); x < right * FRAME.width - 1; x++) {
        const at = (y * FRAME.width + x) * 4
        total++
        if (Math.abs(before[at]! - after[at]!) + Math.abs(before[at + 1]! - after[at + 1]!) > 12) changed++
      }
    expect(changed / total).toBeGreaterThan(0.5)
  })

  it('makes the largest thing in view the noun in fewer than 40 % of clips', () => {
    for (const place of placeNames) expect(largestObjectRule(request(place), { samples: 3 }).share).toBeLessThan(0.4)
  })
})

describe('detections', () => {
  it('miss about 5 % of hands and stray little', () => {
    const [plan] = planPlace(request('workshop'))
    const film = new Film(plan!, 1)
    const found = detectAll(film)
    expect(found).toEqual(detectAll(new Film(plan!, 1)))
    let hands = 0
    let seen = 0
    for (const [frame, detections] of found.entries()) {
      const large = film.truth(frame).hands.filter(({ box }) => (box[2] - box[0]) * (box[3] - box[1]) >= 0.006)
      hands += large.length
      seen += detections.hands.length
    }
    expect(1 - seen / hands).toBeGreaterThan(0.02)
    expect(1 - seen / hands).toBeLessThan(0.09)
  })
})

describe('cameras', () => {
  it('draw the same moment from four fixed places', () => {
    const [plan] = planPlace(request('workshop'))
    const views = exoCameras(FRAME.width, FRAME.height).map((camera) => digest(pixels(new Film(plan!, 1, camera), 30)))
    expect(new Set(views).size).toBe(4)
  })
})

describe('web-like pictures', () => {
  it('are the same by seed and number, with captions that name the thing', () => {
    const images = [...renderWebImages({ seed: 3, count: 60 })]
    const [late] = [...renderWebImages({ seed: 3, count: 1, start: 41 })]
    expect(digest(late!.rgb)).toBe(digest(images[41]!.rgb))
    expect(late!.caption).toBe(images[41]!.caption)
    expect(images[0]!.rgb.length).toBe(128 * 128 * 3)
    expect(new Set(images.map((image) => image.noun)).size).toBe(60)
    expect(images.some((image) => image.verb)).toBe(true)
  })
})
