import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clip, Component } from '../datasets/types.js'
import { standInLabels } from '../methods/testing.js'
import { type ClipSet, trainingClips } from './data.js'
import { drawShots } from './shots.js'
import { standInRecipe, standInResources } from './testing.js'

const labels = { verb: standInLabels(['take', 'put'], 'verb'), noun: standInLabels(['cup', 'pan', 'tap']) }

function setOf(pairs: [number, number][]): ClipSet {
  const clips = pairs.map(
    ([verb, noun], i): Clip => ({ id: `c${i}`, video: 'v', source: 'v', start: 0, end: 1, verb, noun }),
  )
  return { dataset: {} as ClipSet['dataset'], clips, labels, unlabelled: 0 }
}

const pairs = fc.array(fc.tuple(fc.nat(1), fc.nat(2)), { minLength: 1, maxLength: 60 })
const count = (clips: readonly Clip[], component: Component, label: number) =>
  clips.filter((clip) => clip[component] === label).length

describe('few shots', () => {
  it('are so many of each class, or all that it has, for each component', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 8 }), fc.nat(), (all, shots, seed) => {
        const set = setOf(all)
        for (const components of [['verb'], ['noun'], ['verb', 'noun']] as Component[][]) {
          const { clips } = drawShots(set, components, shots, seed).set
          for (const component of components) {
            for (const label of labels[component].names.keys()) {
              const there = count(set.clips, component, label)
              expect(count(clips, component, label)).toBe(Math.min(shots, there))
            }
          }
          expect(clips.every((clip) => components.some((component) => clip[component] !== -1))).toBe(true)
        }
      }),
    )
  })

  it('are the same for the same seed, and fewer are among more', () => {
    fc.assert(
      fc.property(pairs, fc.nat(), (all, seed) => {
        const ids = (shots: number) => drawShots(setOf(all), ['noun'], shots, seed).set.clips.map(({ id }) => id)
        expect(ids(2)).toEqual(ids(2))
        for (const [few, more] of [
          [1, 2],
          [2, 4],
          [4, 16],
        ] as const) {
          expect(ids(more)).toEqual(expect.arrayContaining(ids(few)))
        }
      }),
    )
    const many = setOf(Array.from({ length: 60 }, (_, i): [number, number] => [i % 2, i % 3]))
    const draws = [1, 2, 3].map((seed) =>
      drawShots(many, ['noun'], 4, seed)
        .set.clips.map(({ id }) => id)
        .join(),
    )
    expect(new Set(draws).size).toBe(3)
  })

  it('are the same clips for a component, whether it is trained alone or not', () => {
    fc.assert(
      fc.property(pairs, fc.nat(), (all, seed) => {
        const alone = drawShots(setOf(all), ['noun'], 2, seed).set.clips.map(({ id }) => id)
        const both = drawShots(setOf(all), ['verb', 'noun'], 2, seed).set.clips
        expect(both.filter(({ noun }) => noun !== -1).map(({ id }) => id)).toEqual(alone)
      }),
    )
  })

  it('say how many classes have fewer', () => {
    const set = setOf([
      [0, 0],
      [0, 0],
      [0, 1],
    ])
    expect(drawShots(set, ['verb', 'noun'], 2, 1).counts).toEqual({
      'verb classes with fewer clips than shots': 1,
      'noun classes with fewer clips than shots': 2,
    })
  })

  it('are drawn after participants are held out, of base classes, by the seed of training', async () => {
    const { data } = standInRecipe()
    const recipe = (seed: number, more: { shotSeed?: number; holdOut?: number } = {}) =>
      standInRecipe(
        { seed },
        {
          data: {
            ...data,
            train: { ...data.train, shots: 2, ...(more.shotSeed === undefined ? {} : { shotSeed: more.shotSeed }) },
            validation: more.holdOut ? { holdOut: more.holdOut } : {},
          },
          protocol: { kind: 'base-to-novel', order: 'id', seed: 1, classes: 'all', mixed: 'mask' },
        },
      )
    const draw = async (...given: Parameters<typeof recipe>) => {
      const { train, held } = await trainingClips(recipe(...given), ['noun'], standInResources().openDataset)
      return { ids: train.clips.map(({ id }) => id), train, held }
    }
    const { train, held } = await draw(1, { holdOut: 0.3 })
    expect(train.labels.noun!.names).toEqual(['cup', 'pan', 'knife'])
    expect([0, 1, 2].map((label) => count(train.clips, 'noun', label))).toEqual([2, 2, 2])
    const people = new Set(train.clips.map((clip) => clip.participant))
    expect(held!.clips.some((clip) => people.has(clip.participant))).toBe(false)
    expect(held!.clips.length).toBeGreaterThanOrEqual(9)
    expect((await draw(1)).ids).not.toEqual((await draw(2)).ids)
    expect((await draw(1, { shotSeed: 3 })).ids).toEqual((await draw(2, { shotSeed: 3 })).ids)
  })
})
