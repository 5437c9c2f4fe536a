import { expect, it } from 'vitest'
import { worldOf } from '../place/seeds.js'
import { planPlace } from '../video/plan.js'
import { planTakes } from './plan.js'

const request = { place: 'kitchen', seed: 1, takes: { train: 30, val: 3, test: 6 }, actions: 4 } as const
const labels = (take: ReturnType<typeof planTakes>[number]) =>
  take.video.stations.flatMap(({ actions }) => actions.map(({ verb, noun }) => `${verb} ${noun}`))

it('plans the same takes for the same seed, each with a name and uid of its own', () => {
  const takes = planTakes(request)
  expect(planTakes(request)).toEqual(takes)
  expect(takes.map(({ split }) => split).filter((split) => split === 'test')).toHaveLength(6)
  expect(new Set(takes.map(({ name }) => name)).size).toBe(39)
  expect(new Set(takes.map(({ uid }) => uid)).size).toBe(39)
  expect(planTakes({ ...request, seed: 2 })[0]!.video.stations).not.toEqual(takes[0]!.video.stations)
  expect([...new Set(takes.map(({ video }) => worldOf(video.seed)))]).toEqual(['kitchen'])
})

it('gives every second take the actions of the one before it in opposite order, by somebody else', () => {
  const takes = planTakes(request).filter(({ split }) => split === 'train')
  for (let i = 0; i + 1 < takes.length; i += 2) {
    expect(labels(takes[i + 1]!)).toEqual(labels(takes[i]!).reverse())
    expect(takes[i + 1]!.video.participant).not.toBe(takes[i]!.video.participant)
  }
})

it('keeps people in one split, and out of the place’s own tree', () => {
  const takes = planTakes(request)
  const of = (split: string) =>
    new Set(takes.filter((one) => one.split === split).map(({ video }) => video.participant))
  const place = planPlace({ ...request, clips: { train: 600, test: 300 }, untrimmed: { train: 2, test: 2 } })
  const groups = [of('train'), of('val'), of('test'), new Set(place.map(({ participant }) => participant))]
  const all = groups.flatMap((group) => [...group])
  expect(new Set(all).size).toBe(all.length)
})
