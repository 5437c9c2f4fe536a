import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { failure, folderOf } from '../../../test/folders.js'
import { evaluate } from '../../evaluation/protocols.js'
import { type Result, writeResult } from '../../evaluation/result.js'
import { readRecipe } from '../../training/recipe.js'
import { isRecipeSet, tableOfRecipes, tableOfResults } from './index.js'

const project = fileURLToPath(new URL('../../../../../recipes/x-mic', import.meta.url))

const recipe = (name: string, extra = '') => `name: ${name}
method: zero-shot
component: noun
data:
  train: { dataset: own, split: train, file: clips.csv }
  test: [{ name: here, dataset: own, split: test, file: clips.csv }, { name: there, dataset: own, split: test, file: other.csv }]
${extra}`

let recipes: string
let runs: string
beforeEach(async () => {
  recipes = await folderOf({
    'a.yaml': recipe('a', 'row: First'),
    'b.yaml': recipe('b', 'row: Second\nbackbone: { clip: some/clip }'),
    'broken.yaml': recipe('broken', 'rwo: Third'),
  })
  runs = await folderOf({})
})

/** A finished run of a recipe. */
async function run(dir: string, name: string, seed: number, right: number, extra = ''): Promise<void> {
  const labels = { dataset: 'own', component: 'noun' as const, names: ['cup', 'pan'], keys: ['cup', 'pan'] }
  const clips = [0, 1, 2, 3].map((i) => ({ id: `${i}`, label: 0, logits: Float32Array.of(i < right ? 1 : 0, 0.5) }))
  const test = { dataset: 'own', split: 'test', labels, clips }
  const scored = evaluate([
    { ...test, name: 'here', role: 'within' },
    { ...test, name: 'there', role: 'cross' },
  ])
  const result: Result = {
    format: 'egolens-result',
    version: 1,
    name: { a: 'First', b: 'Second' }[name] ?? name,
    method: 'zero-shot',
    trainedOn: 'here',
    seed,
    recipe: { name },
    ...scored,
    hashes: {},
    versions: {},
    seconds: {},
  }
  await writeResult(join(dir, 'result.json'), result)
  await writeFile(join(dir, 'recipe.yaml'), recipe(name, `training: { seed: ${seed} }\n${extra}`))
}

describe('the table of a folder of recipes', () => {
  it('finds runs by name at any depth, and takes several seeds together', async () => {
    await run(join(runs, 'a-1'), 'a', 1, 1, 'row: First')
    await run(join(runs, 'deep/er/a-2'), 'a', 2, 3, 'row: First')
    await run(join(runs, 'other'), 'other', 1, 4)
    const { table, runs: found } = await tableOfRecipes(recipes, { runs })
    expect(found).toEqual([join(runs, 'a-1'), join(runs, 'deep/er/a-2')])
    expect(table.rows).toEqual([
      {
        name: 'First',
        kind: 'measured',
        cells: [1, 2, 3].map(() => expect.objectContaining({ mean: 0.5, runs: 2 })),
      },
    ])
  })

  it('says what rows need, and lets the others stand', async () => {
    await run(join(runs, 'a'), 'a', 1, 1, 'row: First')
    const { table } = await tableOfRecipes(recipes, { runs })
    expect(table.rows).toHaveLength(1)
    expect(table.missing).toEqual([
      {
        row: 'Second',
        text:
          '1 of 1 runs missing; needs your own clips at clips.csv, your own clips at other.csv, ' +
          `some/clip: egolens models pull some/clip; then egolens train ${join(recipes, 'b.yaml')}`,
      },
      { row: 'broken', text: expect.stringContaining('rwo: unknown key (did you mean row?)') },
    ])
  })

  it('says which part of data that is there is missing: videos, hand boxes, what an annotation lacks', async () => {
    const clip = (session: string) => `${session}-0-500-F000001-F000050 1 1 1\n`
    const data = await folderOf({
      'verb_idx.txt': 'Take 1\n',
      'noun_idx.txt': 'pot 1\n',
      'train_split1.txt': clip('P01-R01-Tea'),
      'test_split1.txt': clip('P21-R01-Tea'),
      'test_split2.txt': clip('P22-R01-Tea'),
      'test_split3.txt': clip('P23-R01-Tea'),
    })
    const needing = async (method: string, root = data) => {
      const at = `{ dataset: egtea, split: SPLIT, root: ${root} }`
      const text = `name: x
method: ${method}
component: noun
data:
  train: ${at.replace('SPLIT', 'train')}
  test: [${at.replace('SPLIT', 'test').replace('{', '{ name: here,')}]
`
      const { table } = await tableOfRecipes(await folderOf({ 'x.yaml': text }), { runs })
      return table.missing![0]!.text
    }
    const needs = await needing('zero-shot')
    expect(needs).toMatch(/needs 1 of 1 videos of EGTEA Gaze\+, such as .*P01-R01-Tea/)
    expect(needs).toMatch(/, 3 of 3 videos of EGTEA Gaze\+, such as .*P21-R01-Tea[^,]*; then egolens train/)
    expect(await needing('x-mic')).toContain(', hand boxes of EGTEA Gaze+ (docs/datasets.md says where)')
    await writeFile(join(data, 'train_split1.txt'), 'P01 1\n')
    expect(await needing('zero-shot')).toContain(`needs EGTEA Gaze+: ${join(data, 'train_split1.txt')}:1: `)
    expect(await needing('x-mic', '/absent')).toContain('needs EGTEA Gaze+ at /absent, with hand boxes (docs')
  })

  it('says how to go on with a run that was begun, and what is wrong with a damaged result', async () => {
    await run(join(runs, 'b'), 'b', 1, 1)
    await writeFile(join(runs, 'b/result.json'), '{}')
    const { table } = await tableOfRecipes(recipes, { runs })
    const text = table.missing!.find(({ row }) => row === 'Second')!.text
    expect(text).toContain(`begun in ${join(runs, 'b')}: egolens train ${join(recipes, 'b.yaml')} --dir`)
    expect(text).toContain('unreadable')
  })

  it('says where a run has other values than its recipe', async () => {
    await run(join(runs, 'a'), 'a', 7, 1, 'row: First\nfeatures: { every: 0.5, store: elsewhere }')
    const { table } = await tableOfRecipes(recipes, { runs })
    expect(table.notes.at(-1)).toBe(`${join(runs, 'a')} has other values than its recipe: features.every 0.25 -> 0.5.`)
  })

  it('refuses a folder without recipes, and tells recipes from a run', async () => {
    expect((await failure(tableOfRecipes(runs, { runs }))).code).toBe('tables/no-recipes')
    await run(join(runs, 'a'), 'a', 1, 1)
    expect(await Promise.all([recipes, join(runs, 'a'), runs, 'absent'].map(isRecipeSet))).toEqual([
      ...[true, false, false, false],
    ])
  })
})

describe("the project's tables", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('table %i stands without any run, every row with what it needs', async (number) => {
    const { table } = await tableOfRecipes(join(project, `table${number}`), { runs })
    expect(table.title).toMatch(new RegExp(`^Table ${number} of X-MIC`))
    expect(table.missing!.map(({ row }) => row)).toEqual(table.rows.map(({ name }) => name))
    const { text } = table.missing![0]!
    expect(text).toContain('Ego4D FHO long-term anticipation at data/ego4d')
    const xMic = table.missing!.find(({ row }) => row === 'X-MIC')
    if (xMic) expect(xMic.text).toContain('data/ego4d, with hand boxes (docs/datasets.md says where)')
    expect(text).toContain('egolens models pull openai/clip-vit-')
  })

  it('name the second encoder of X-MIC+DINO as a weight that is missing', async () => {
    const { table } = await tableOfRecipes(join(project, 'table1'), { runs })
    const { text } = table.missing!.find(({ row }) => row === 'X-MIC+DINO')!
    expect(text).toContain('facebook/dinov2-base: egolens models pull facebook/dinov2-base')
    expect(text).toMatch(/; then egolens train .*x-mic-dino-ego4d-noun\.yaml, and 3 more$/)
  })

  it('name the folder for weights that no hub has in this form', async () => {
    const { table } = await tableOfRecipes(join(project, 'table5'), { runs })
    expect(table.missing!.find(({ row }) => row === 'LaViLa ViT-L/14, ZS')!.text).toContain(
      'weights in ./models/lavila-large: egolens models convert CHECKPOINT.pth ./models/lavila-large/model.safetensors',
    )
  })

  it('are made of results alone too', async () => {
    await run(join(runs, 'a'), 'x-mic-ego4d-noun', 1, 1)
    const result = JSON.parse(await readFile(join(runs, 'a/result.json'), 'utf8')) as Result
    const { table } = await tableOfResults(6, [result])
    expect(table.missing!.map(({ row }) => row)).toEqual(['none', 'n2,n3', 'n1,n2,n3', 'n1,n2', 'n1,n3'])
    expect(table.missing![0]!.text).toBe('no run called x-mic-none-ego4d-noun')
    await expect(tableOfResults(9, [result])).rejects.toThrow('no table 9')
  })

  it('share a run between tables by its name', async () => {
    const [one, four] = await Promise.all(
      ['table1', 'table4'].map((folder) => readRecipe(join(project, folder, 'x-mic-ego4d-noun.yaml'))),
    )
    expect(one).toEqual(four)
  })
})
