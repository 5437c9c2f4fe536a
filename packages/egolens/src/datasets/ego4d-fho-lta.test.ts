import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../test/annotations.js'
import { failure, folderOf } from '../../test/folders.js'
import { ego4dClassName } from './ego4d-fho-lta.js'
import { epicKitchens100 } from './epic-kitchens-100.js'
import { sharedNovel, sharedNovelFromFile } from './labels.js'
import { openDataset } from './registry.js'

const taxonomy = JSON.stringify({ verbs: ['cut_(trim,_slice)', 'take'], nouns: ['pot', 'pot_(planter)', 'nut_(tool)'] })
const action = {
  video_uid: 'v1',
  clip_uid: 'c1',
  clip_parent_start_sec: 292,
  verb: 'take',
  noun: 'pot_(planter)',
  verb_label: 1,
  noun_label: 1,
  action_clip_start_sec: 12.721028600000011,
  action_clip_end_sec: 20.72102860000001,
  action_idx: 3,
}
const tree = (...clips: object[]) => ({
  'fho_lta_taxonomy.json': taxonomy,
  'fho_lta_val.json': JSON.stringify({ version: '2.0', split: 'val', clips }),
  'ego4d.json': JSON.stringify({ videos: [{ video_uid: 'v1', fb_participant_id: 7, scenarios: [] }] }),
})

describe('ego4d-fho-lta', () => {
  it('cuts the middle 4 s of the action from the clip file', async () => {
    const root = await folderOf(tree(action))
    const dataset = await openDataset('ego4d-fho-lta', { root })
    expect(dataset.labels.noun!.names).toEqual(['pot', 'planter', 'nut tool'])
    const [clip] = dataset.clips('test')
    expect(clip).toMatchObject({ id: 'c1_3', video: 'c1', participant: '7', verb: 1, noun: 1 })
    expect(clip!.source).toBe(join(root, 'clips/c1.mp4'))
    expect(clip!.start).toBeCloseTo(14.7210286, 6)
    expect(clip!.end).toBeCloseTo(18.7210286, 6)
  })

  it('takes the whole window, or cuts from the full video, when asked', async () => {
    const root = await folderOf(tree(action))
    const { clips } = await openDataset('ego4d-fho-lta', { root, ego4dWindow: 'full', from: 'full_scale' })
    expect(clips('test')[0]!.source).toBe(join(root, 'full_scale/v1.mp4'))
    expect(clips('test')[0]!.start).toBeCloseTo(304.7210286, 6)
    expect(clips('test')[0]!.end).toBeCloseTo(312.7210286, 6)
  })

  it('takes clips of a video whose wearer is not known for those of one participant', async () => {
    const root = await folderOf(tree(action, { ...action, video_uid: 'v2', clip_uid: 'c2' }))
    const { clips } = await openDataset('ego4d-fho-lta', { root })
    expect(clips('test').map(({ participant }) => participant)).toEqual(['7', 'v2'])
  })

  it('needs to know where clips start in full videos', async () => {
    const root = await folderOf(tree({ ...action, clip_parent_start_sec: undefined }))
    expect((await openDataset('ego4d-fho-lta', { root })).clips('test')).toHaveLength(1)
    const { line } = await failure(openDataset('ego4d-fho-lta', { root, from: 'full_scale' }), root)
    expect(line).toContain('clips[0]: the clip does not say where in the video it starts')
  })

  it.each([
    [{ ...action, noun_label: 2 }, 'noun_label 2 is "nut_(tool)", noun is "pot_(planter)" (the taxonomy has it at 1'],
    [{ ...action, noun_label: 3 }, 'noun_label 3 is no class'],
    [{ ...action, verb: undefined, noun: undefined }, 'use train and val'],
    [{ ...action, action_clip_end_sec: 1 }, 'ends before it starts'],
    [{ ...action, clip_uid: null }, 'clip_uid: '],
  ])('names the clip that is wrong', async (bad, message) => {
    const root = await folderOf(tree(action, { ...bad, action_idx: 4 }))
    const { line } = await failure(openDataset('ego4d-fho-lta', { root }), root)
    expect(line).toContain('fho_lta_val.json: clips[1]: ')
    expect(line).toContain(message)
  })

  it('refuses an action that is listed twice', async () => {
    const root = await folderOf(tree(action, action))
    expect((await failure(openDataset('ego4d-fho-lta', { root }))).code).toBe('dataset/duplicate-id')
  })
})

describe.skipIf(noAnnotations)('ego4d-fho-lta on published files (skipped where they are absent)', () => {
  const v2 = join(annotations, 'ego4d/fho_lta_taxonomy.v2.json')
  const open = async () => {
    const root = await folderOf({})
    await cp(v2, join(root, 'fho_lta_taxonomy.json'))
    for (const split of ['train', 'val']) {
      await cp(join(annotations, `ego4d/rows/fho_lta_${split}.one-real-row.json`), join(root, `fho_lta_${split}.json`))
    }
    return openDataset('ego4d-fho-lta', { root })
  }

  it('reads the real rows', async () => {
    const { clips } = await open()
    expect(clips('train')[0]).toMatchObject({ id: '5f4558be-ecb4-4597-871f-cf1221301f91_0', verb: 98, noun: 131 })
    expect(clips('test')[0]).toMatchObject({ verb: 2, noun: 10 })
  })

  it('gives every class of the v2 taxonomy a name of its own', async () => {
    const { verbs, nouns } = JSON.parse(await readFile(v2, 'utf8')) as { verbs: string[]; nouns: string[] }
    expect([new Set(verbs.map(ego4dClassName)).size, new Set(nouns.map(ego4dClassName)).size]).toEqual([117, 521])
    const odd = nouns.filter((key) => /^(nut|chip|bat|pot)_\(/.test(key)).map(ego4dClassName)
    expect(odd).toEqual(['bat sports', 'bat tool', 'chip', 'chip wood', 'chip metal', 'nut', 'nut tool', 'planter'])
  })

  it('shares 163 nouns and 51 verbs with EPIC-KITCHENS-100, which split its test clips as published', async () => {
    const ego4d = (await open()).labels
    const epic = await epicKitchens100.open({ root: join(annotations, 'epic-kitchens-100') })
    const clips = epic.clips('test')
    const count = (component: 'verb' | 'noun') => {
      const { shared, novel } = sharedNovel(epic.labels[component]!, ego4d[component]!)
      const inShared = new Set(shared)
      const seen = clips.filter((clip) => inShared.has(clip[component]!)).length
      return { classes: [shared.length, novel.length], clips: [seen, clips.length - seen] }
    }
    expect(count('noun')).toEqual({ classes: [163, 137], clips: [7246, 2422] })
    expect(count('verb')).toEqual({ classes: [51, 46], clips: [9182, 486] })
    const back = (component: 'verb' | 'noun') => {
      const { shared, novel } = sharedNovel(ego4d[component]!, epic.labels[component]!)
      return [shared.length, novel.length]
    }
    expect(back('noun')).toEqual([163, 358])
    expect(back('verb')).toEqual([51, 66])
    for (const component of ['verb', 'noun'] as const) {
      const list = join(annotations, `x-mic/epic_ego_common_exact_${component}.txt`)
      expect(await sharedNovelFromFile(epic.labels[component]!, list)).toEqual(
        sharedNovel(epic.labels[component]!, ego4d[component]!),
      )
      const other = join(annotations, `x-mic/ego_epic_common_exact_${component}.txt`)
      expect(await sharedNovelFromFile(ego4d[component]!, other)).toEqual(
        sharedNovel(ego4d[component]!, epic.labels[component]!),
      )
    }
  })
})
