import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../test/annotations.js'
import { folderOf } from '../../test/folders.js'
import { sharedNovelFromFile } from '../datasets/labels.js'
import { openDataset } from '../datasets/registry.js'
import type { Component, Dataset } from '../datasets/types.js'
import { baseClips, halvesOf, holdBack } from './base-novel.js'
import { openClips } from './data.js'
import type { ProtocolSpec } from './recipe.js'

const both: Component[] = ['verb', 'noun']
const protocol: ProtocolSpec = { kind: 'base-to-novel', order: 'id', seed: 1, classes: 'all', mixed: 'mask' }

const epic = () =>
  openDataset('epic-kitchens-100', {
    root: join(annotations, 'epic-kitchens-100'),
    splits: { train: 'EPIC_100_train.partial.csv' },
  })

async function ego4d(): Promise<Dataset> {
  const root = await folderOf({})
  await cp(join(annotations, 'ego4d/fho_lta_taxonomy.v2.json'), join(root, 'fho_lta_taxonomy.json'))
  const row = join(annotations, 'ego4d/rows/fho_lta_val.one-real-row.json')
  await cp(row, join(root, 'fho_lta_val.json'))
  return openDataset('ego4d-fho-lta', { root })
}

async function egtea(): Promise<Dataset> {
  const root = await folderOf({})
  const from = join(annotations, 'egtea')
  for (const kind of both) {
    await cp(join(from, `reconstructed/${kind}_idx.reconstructed.txt`), join(root, `${kind}_idx.txt`))
  }
  await cp(join(from, 'raw/test_split1.txt'), join(root, 'test_split1.txt'))
  for (const n of [2, 3]) {
    await cp(join(from, `reconstructed/test_split${n}.reconstructed.txt`), join(root, `test_split${n}.txt`))
  }
  return openDataset('egtea', { root })
}

/** Clips of each half, by component, and of actions: base, novel, mixed. */
function halved(dataset: Dataset, split: string) {
  const clips = dataset.clips(split)
  const set = { dataset, clips, labels: dataset.labels, unlabelled: 0 }
  const { base, novel } = holdBack(protocol, set, both)
  const halves = Object.fromEntries(
    both.map((c) => [c, halvesOf({ labels: base, novel }, dataset.labels[c]!)!]),
  ) as Record<Component, { base: number[]; novel: number[] }>
  const isBase = (c: Component) => (clip: (typeof clips)[number]) => halves[c].base.includes(clip[c]!)
  const count = (c: Component) => clips.filter(isBase(c)).length
  const [v, n] = both.map((c) => clips.map(isBase(c)))
  const actions = clips.map((_, i) => Number(v![i]) + Number(n![i]))
  return {
    classes: both.map((c) => [halves[c].base.length, halves[c].novel.length]),
    clips: both.map((c) => [count(c), clips.length - count(c)]),
    actions: [2, 0, 1].map((k) => actions.filter((a) => a === k).length),
  }
}

describe.skipIf(noAnnotations)('protocols on the published files (skipped where they are absent)', () => {
  it('halve EPIC-KITCHENS-100 by id', async () => {
    const dataset = await epic()
    expect(halved(dataset, 'test')).toEqual({
      classes: [
        [49, 48],
        [150, 150],
      ],
      clips: [
        [9473, 195],
        [9246, 422],
      ],
      actions: [9078, 27, 563],
    })
    const set = await openClips({ dataset: 'epic-kitchens-100', split: 'train' }, both, async () => dataset)
    const halves = holdBack(protocol, set, both)
    const masked = baseClips(set, halves, { mixed: 'mask' })
    expect([set.clips.length, masked.set.clips.length]).toEqual([25172, 25112])
    expect(masked.counts).toEqual({
      'clips of novel classes, left out': 60,
      'clips with one novel label, masked': 1342,
    })
    expect(baseClips(set, halves, { mixed: 'drop' }).set.clips).toHaveLength(23770)
  })

  it('halve EGTEA Gaze+ by id', async () => {
    expect(halved(await egtea(), 'test')).toMatchObject({
      classes: [
        [10, 9],
        [27, 26],
      ],
      clips: [
        [5537, 528],
        [4850, 1215],
      ],
    })
  })

  it('halve Ego4D by id', async () => {
    const { base, novel } = holdBack(
      protocol,
      { dataset: await ego4d(), clips: [], labels: (await ego4d()).labels, unlabelled: 0 },
      both,
    )
    expect(both.map((c) => [base[c]!.names.length, novel[c]!.names.length])).toEqual([
      [59, 58],
      [261, 260],
    ])
  })

  it('split test clips by the semantic lists', async () => {
    const dataset = await epic()
    const clips = dataset.clips('test')
    const parts = async (side: string, match: string, component: Component, of: Dataset) => {
      const list = join(annotations, `x-mic/${side}_common_${match}_${component}.txt`)
      return sharedNovelFromFile(of.labels[component]!, list)
    }
    const seen = async (match: string, component: Component) => {
      const shared = new Set((await parts('epic_ego', match, component, dataset)).shared)
      const count = clips.filter((clip) => shared.has(clip[component]!)).length
      return [count, clips.length - count]
    }
    expect([await seen('semantic', 'verb'), await seen('semantic', 'noun')]).toEqual([
      [9387, 281],
      [9139, 529],
    ])
    expect([await seen('exact', 'verb'), await seen('exact', 'noun')]).toEqual([
      [9182, 486],
      [7246, 2422],
    ])
    const other = await ego4d()
    const sizes = async (component: Component) => {
      const { shared, novel } = await parts('ego_epic', 'semantic', component, other)
      return [shared.length, novel.length]
    }
    expect([await sizes('noun'), await sizes('verb')]).toEqual([
      [274, 247],
      [82, 35],
    ])
  })
})
