import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from '../../test/folders.js'
import { openDataset } from '../datasets/registry.js'
import { formulaWeights, tinyConfig, wordTokenizer, writeClip } from '../encoders/clip/clip.testing.js'
import { loadClip } from '../encoders/registry.js'
import type { TextEncoder } from '../encoders/types.js'
import { standInLabels } from '../methods/testing.js'
import { readLabelFile } from '../recognition/label-file.js'
import { refuseLongNames } from './class-names.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
let text: TextEncoder
const at = (name: string) => join(root, name)
const long = 'w1 w2 w3 w4 w5 w6'

/** A CLIP whose texts have 7 tokens at most, start and end included. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-names-'))
  await writeClip(at('clip'), tinyConfig, formulaWeights(tinyConfig), wordTokenizer(20))
  text = (await loadClip(at('clip'))).text
  await writeFile(at('clips.csv'), `video,start,end,noun,split\na.mp4,0,1,w1,train\na.mp4,1,2,${long},train\n`)
  await writeFile(at('a.mp4'), '')
  await writeFile(at('nouns.txt'), `w1\n${long}\n`)
})
afterAll(() => rm(root, { recursive: true }))

const told = async (work: () => unknown) => (await failure(Promise.resolve().then(work), root)).line
const nouns = async (options: object = {}) =>
  (await openDataset('own', { file: at('clips.csv'), ...options })).labels.noun!
const sentence = `noun 1: "${long}" is 8 tokens, start and end included; the text encoder takes 7 (shorten the name)`

describe('names of classes', () => {
  it('that are too long are told with class, tokens, file and line', async () => {
    const listed = await nouns({ classes: { noun: 'nouns.txt' } })
    expect(await told(() => refuseLongNames(text, { noun: listed }))).toBe(`nouns.txt:2: ${sentence}`)
    const derived = await nouns()
    expect(await told(() => refuseLongNames(text, { noun: derived }))).toBe(`clips.csv: ${sentence}`)
    const inRecipe = await nouns({ classes: { noun: ['w1', long] } })
    expect(await told(() => refuseLongNames(text, { noun: inRecipe }))).toBe(`clips.csv: ${sentence}`)
    await writeFile(at('labels.txt'), `# mine\n\nw1\n${long}\n`)
    const file = await readLabelFile(at('labels.txt'), 'noun')
    expect(await told(() => refuseLongNames(text, { noun: file }))).toBe(`labels.txt:4: ${sentence}`)
    refuseLongNames(text, { noun: { ...file, names: ['w1 w2 w3 w4 w5'] } })
  })

  it('that are too long are told before frames are decoded', async () => {
    const resources = standInResources()
    const { openDataset: open } = resources
    const listed = await nouns({ classes: { noun: 'nouns.txt' } })
    resources.backbone = { ...resources.backbone, text }
    resources.openDataset = async (spec) => ({ ...(await open(spec)), labels: { noun: listed } })
    resources.extract = async () => expect.fail('frames were decoded')
    const running = train(standInRecipe(), { dir: at('run'), resources })
    expect(await failure(running, root)).toEqual({ code: 'labels/too-long', line: `nouns.txt:2: ${sentence}` })
  })

  it.each([
    ['coop', { contextTokens: 3 }, 'method/text-too-long', 'options: "w1 w2 w3" with its learned vectors is 8 tokens'],
    [
      'coop',
      { contextTokens: 3, classSpecific: true },
      'method/text-too-long',
      'options: "w1 w2 w3" with its learned vectors is 8 tokens',
    ],
    ['x-mic', { prompt: 'w1 w1 w1 {}', metaNet: 'linear' }, 'text/too-long', '"w1 w1 w1 w1 w2 w3" is 8 tokens'],
  ])('that are too long with what %s puts round them are told before frames are decoded', async (...given) => {
    const [method, options, code, line] = given
    const resources = standInResources()
    const names = standInLabels(['w1', 'w1 w2', 'w2', 'w3', 'w1 w2 w3', 'w4'])
    const { openDataset: open } = resources
    resources.backbone = { ...resources.backbone, text }
    resources.openDataset = async (spec) => ({ ...(await open(spec)), labels: { noun: names } })
    resources.extract = async () => expect.fail('frames were decoded')
    const running = train(standInRecipe({}, { method, options }), { dir: at(`${method} ${code}`), resources })
    expect(await failure(running, root)).toEqual({ code, line: expect.stringContaining(line) })
  })

  it.each([
    ['w1\n\nw2\n', 'nouns.txt:2: class 1 has no name'],
    ['w1\nw2\nW1\n', 'nouns.txt:3: nouns 0 and 2 are both "w1"'],
    ['w1\nw2_w3\nw2  w3\n', 'nouns.txt:3: nouns 1 and 2 are both "w2 w3"'],
  ])('that are empty or twice there are told with their line: %j', async (list, line) => {
    await writeFile(at('nouns.txt'), list)
    expect(await told(() => nouns({ classes: { noun: 'nouns.txt' } }))).toContain(line)
    await writeFile(at('nouns.txt'), `w1\n${long}\n`)
  })

  it('of other classes to recognise, too', async () => {
    await writeFile(at('labels.txt'), 'w1\n\n# more\nw1\n')
    expect(await told(() => readLabelFile(at('labels.txt'), 'noun'))).toContain(
      'labels.txt:4: nouns 0 and 1 are both "w1"',
    )
  })
})
