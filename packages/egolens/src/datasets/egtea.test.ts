import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { annotations, noAnnotations } from '../../test/annotations.js'
import { failure, folderOf } from '../../test/folders.js'
import { openDataset } from './registry.js'

const clip = (session: string, start: number, end: number) => `${session}-${start}-${end}-F000001-F000050`
const tree = {
  'verb_idx.txt': 'Inspect/Read 1\nMove Around 2\n',
  'noun_idx.txt': 'eating_utensil 1\npot 2\n',
  'train_split1.txt': `${clip('OP01-R01-PastaSalad', 1000, 2500)} 1 2 2 1 \n`,
  'test_split1.txt': `${clip('P21-R04-Extra-Dash', 0, 500)} 1 1 1\n`,
  'test_split2.txt': `${clip('P22-R04-A', 0, 500)} 1 1 1\n`,
  'test_split3.txt': `${clip('P23-R04-A', 0, 500)} 1 1 1\n`,
}

describe('egtea', () => {
  it('reads ids from 1, several nouns, sessions with dashes, and merges the test splits', async () => {
    const root = await folderOf(tree)
    const { labels, clips } = await openDataset('egtea', { root })
    expect(labels.verb!.names).toEqual(['inspect read', 'move around'])
    expect(labels.noun!.names).toEqual(['eating utensil', 'pot'])
    expect(clips('test').map((c) => c.participant)).toEqual(['P21', 'P22', 'P23'])
    expect(clips('test')[0]!.source).toContain(join('cropped_clips', 'P21-R04-Extra-Dash', 'P21'))
    const id = clip('OP01-R01-PastaSalad', 1000, 2500)
    expect(clips('train')).toEqual([
      {
        id,
        video: id,
        source: join(root, 'cropped_clips/OP01-R01-PastaSalad', `${id}.mp4`),
        start: 0,
        end: 1.5,
        participant: 'OP01',
        verb: 1,
        noun: 1,
        nouns: [1, 0],
      },
    ])
  })

  it('cuts whole sessions when only those are there', async () => {
    const root = await folderOf({ ...tree, 'videos/OP01-R01-PastaSalad.mp4': '' })
    const { clips } = await openDataset('egtea', { root })
    expect(clips('train')[0]).toMatchObject({
      source: join(root, 'videos/OP01-R01-PastaSalad.mp4'),
      start: 1,
      end: 2.5,
    })
  })

  it("counts an empty class 0 as X-MIC's code does, when asked", async () => {
    const { labels, clips } = await openDataset('egtea', { root: await folderOf(tree), emptyClass: true })
    expect(labels.noun!.names).toEqual(['', 'eating utensil', 'pot'])
    expect(clips('train')[0]).toMatchObject({ verb: 2, noun: 2 })
  })

  it.each([
    ['train_split1.txt', `${clip('P1-R1-A', 1, 2)} 1 1\n`, 'train_split1.txt:1: a line is'],
    ['train_split1.txt', `${clip('P1-R1-A', 2, 2)} 1 1 1\n`, 'train_split1.txt:1: "P1-R1-A-2-2'],
    [
      'train_split1.txt',
      `${clip('P1-R1-A', 1, 2)} 1 0 1\n`,
      'train_split1.txt:1: verb 0 is not a class (ids go from 1 to 2)',
    ],
    ['verb_idx.txt', 'Read 1\nCut 3\n', 'verb_idx.txt:2: "Cut 3"'],
    ['noun_idx.txt', 'pot 1\nPot 2\n', 'noun_idx.txt:2: nouns 0 and 1 are both "pot"'],
  ])('names file and line: %s', async (name, content, line) => {
    const root = await folderOf({ ...tree, [name]: content })
    expect((await failure(openDataset('egtea', { root }), root)).line).toContain(line)
  })
})

it.skipIf(noAnnotations)('egtea: reads the published lists (skipped where they are absent)', async () => {
  const root = await folderOf({})
  const from = join(annotations, 'egtea')
  for (const kind of ['verb', 'noun']) {
    await copyFile(join(from, `reconstructed/${kind}_idx.reconstructed.txt`), join(root, `${kind}_idx.txt`))
  }
  for (const split of ['train', 'test']) {
    await copyFile(join(from, `raw/${split}_split1.txt`), join(root, `${split}_split1.txt`))
    for (const n of [2, 3]) {
      await copyFile(
        join(from, `reconstructed/${split}_split${n}.reconstructed.txt`),
        join(root, `${split}_split${n}.txt`),
      )
    }
  }
  const { clips, labels } = await openDataset('egtea', { root })
  expect(clips('train')).toHaveLength(8299)
  expect(clips('test')).toHaveLength(6065)
  expect([labels.verb!.names.length, labels.noun!.names.length]).toEqual([19, 53])
  expect(clips('train').filter((c) => c.nouns!.length > 1)).toHaveLength(177 + 229)
})
