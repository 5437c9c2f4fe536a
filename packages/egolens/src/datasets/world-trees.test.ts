import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { renderPlace, vocabulary } from '@egolens/world'
import { expect, it } from 'vitest'
import { folderOf } from '../../test/folders.js'
import { missingSources } from './dataset.js'
import { openDataset } from './registry.js'

const places = [
  { place: 'kitchen', reader: 'epic-kitchens-100', untrimmed: { train: 0, test: 0 } },
  { place: 'workshop', reader: 'ego4d-fho-lta', untrimmed: { train: 0, test: 1 } },
  { place: 'cafe', reader: 'egtea', untrimmed: { train: 0, test: 0 } },
] as const

it.each(places)('reads what the small world writes for its $place', async ({ place, reader, untrimmed }) => {
  const root = join(await folderOf({}), place)
  await renderPlace({ place, dir: root, clips: { train: 3, test: 2 }, untrimmed, seed: 1, workers: 1 })
  const dataset = await openDataset(reader, { root })
  const { verbs, nouns } = vocabulary(place)
  expect(dataset.labels.verb!.names).toEqual(verbs.map((verb) => verb.name.toLowerCase()))
  expect(dataset.labels.noun!.names).toEqual(nouns.map((noun) => noun.name.toLowerCase()))
  expect(dataset.clips('train')).toHaveLength(3)
  for (const split of dataset.splits) {
    expect(missingSources(dataset, split)).toEqual([])
    for (const clip of dataset.clips(split)) {
      expect(existsSync(dataset.detections(clip.video)!)).toBe(true)
      expect(clip.participant).toBeDefined()
      expect(clip.end - clip.start).toBeGreaterThan(0.4)
      expect(clip.end - clip.start).toBeLessThan(6.5)
    }
  }
  if (untrimmed.test > 0) {
    const [video, ...others] = dataset.untrimmed('untrimmed_test')
    expect(others).toEqual([])
    expect(video!.segments.length).toBeGreaterThan(8)
    const people = (split: string) => dataset.clips(split).map((clip) => clip.participant)
    expect(people('train').filter((name) => people('untrimmed_test').includes(name))).toEqual([])
  }
})
