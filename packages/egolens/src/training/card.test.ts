import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { modelFolder } from '../weights/cache.js'
import { resolveRun } from '../weights/resolve-run.js'
import { loadAdapter, readAdapterInfo } from './adapter.js'
import { adapterCard } from './card.js'
import { evaluateRun } from './evaluate-run.js'
import { readRecipe } from './recipe.js'
import { standInRecipe, standInResources } from './testing.js'
import { train } from './train.js'

let root: string
let run: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'egolens-card-'))
  run = join(root, 'run')
  vi.stubEnv('HF_HUB_CACHE', join(root, 'hub'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(root, { recursive: true })
})

const card = () => readFile(join(run, 'README.md'), 'utf8')

async function trained(changes: Parameters<typeof standInRecipe>[0] = { epochs: 1 }) {
  const resources = standInResources()
  await train(standInRecipe(changes), { dir: run, resources })
  return resources
}

describe("an adapter's card", () => {
  it('says what it is made of, and that nothing is known of its figures and licence', async () => {
    await trained()
    const info = await readAdapterInfo(run)
    const text = await card()
    expect(text).toMatch(/^---\nlibrary_name: egolens\ntags: \[egocentric-video, action-recognition, x-mic\]\n/)
    for (const part of [
      '| method | x-mic, options ',
      '| recognises | noun |',
      '| trained on | own, split train |',
      '| clips, trained numbers, steps | 60, ',
      `| image encoder | image, width 8, sha256 \`${info.backbone.image.hash}\` |`,
      `| recipe | hash \`${info.recipe}\` |`,
      '| seed | 1 |',
      `| adapter.safetensors | sha256 \`${info.weights}\` |`,
      'These weights have not been evaluated.',
      `egolens recognise VIDEO --run ${info.name}`,
      `Recogniser.open(['${info.name}'])`,
      '6 nouns of stand-in: cup, pan, knife, tap, bowl, lid.',
      'That of the adapter is for its maker to say.',
    ]) {
      expect(text).toContain(part)
    }
    expect(text).not.toContain(root)
  })

  it('has the figures of an evaluation of these weights, and no longer those of others', async () => {
    const { tests } = await evaluateRun(run, { resources: await trained() })
    const top1 = `${(100 * tests[0]!.values['top-1 accuracy over clips']!).toFixed(2)} %`
    const row = `| here (own, test) | within | noun | top-1 accuracy over clips | ${top1} | 30 / 6 |`
    expect(await card()).toContain(row)
    const before = await readFile(join(run, 'result.json'))
    await rm(run, { recursive: true })
    await mkdir(run)
    await writeFile(join(run, 'result.json'), before)
    await trained({ epochs: 1, seed: 2 })
    expect(await card()).toContain('These weights have not been evaluated.')
  })

  it('that was written by hand stays', async () => {
    await mkdir(run)
    await writeFile(join(run, 'README.md'), '# Mine\n')
    await trained()
    expect(await card()).toBe('# Mine\n')
  })

  it('names the backbone that it needs, its folder without the way there, and shows names as words', async () => {
    await trained()
    const [info, recipe] = [await readAdapterInfo(run), await readRecipe(join(run, 'recipe.yaml'))]
    const on = (clip: string) => adapterCard({ info: { ...info, backbone: { ...info.backbone, clip } }, recipe })
    expect(on('openai/clip-vit-base-patch16')).toContain('\nbase_model: openai/clip-vit-base-patch16\n')
    expect(on('openai/clip-vit-base-patch16')).toContain(
      'The licence of the frozen weights is not known to the toolkit: see where openai/clip-vit-base-patch16 comes from.',
    )
    expect(on('/home/me/models/vit-b-16')).toContain('| backbone | vit-b-16 (a folder) |')
    expect(on('/home/me/models/vit-b-16')).not.toContain('/home/me')
    expect(on('small')).toContain('on real video its answers mean nothing')
    const noun = { ...info.labels.noun!, names: ['cup\n# x', '<b>', 'a|b'] }
    expect(adapterCard({ info: { ...info, labels: { noun } }, recipe })).toContain('cup \\# x, \\<b\\>, a\\|b.')
  })
})

describe('an adapter is found by name', () => {
  async function cache(name: string, files: string[]): Promise<string> {
    const dir = join(modelFolder(name), 'snapshots', 'c0ffee')
    await mkdir(dir, { recursive: true })
    await mkdir(join(modelFolder(name), 'refs'), { recursive: true })
    await writeFile(join(modelFolder(name), 'refs', 'main'), 'c0ffee')
    for (const file of files) await cp(join(run, file), join(dir, file))
    return dir
  }

  it('in the cache, and scores as before', async () => {
    const { backbone } = await trained()
    const dir = await cache('group/adapter', ['adapter.json', 'adapter.safetensors', 'README.md'])
    expect(await resolveRun('group/adapter')).toBe(dir)
    expect(await resolveRun('group/adapter@c0ffee')).toBe(dir)
    expect(await resolveRun(run)).toBe(run)
    const { info, method } = await loadAdapter('group/adapter', backbone)
    expect(info).toEqual(await readAdapterInfo(run))
    method.module.dispose()
  })

  it('or not, and then the cure is told', async () => {
    await trained()
    await cache('group/adapter', ['adapter.json'])
    await cache('group/model', ['recipe.yaml'])
    await expect(resolveRun('group/adaptor')).rejects.toMatchObject({
      code: 'adapter/not-found',
      message: 'no run "group/adaptor", and none in the cache; there are group/adapter',
      cure: 'egolens models pull group/adaptor',
    })
    await expect(resolveRun('group/model')).rejects.toThrow('without adapter.json')
    for (const name of ['/no/where', '../x', './x', 'a/b/c', 'group/adapter@../../x', '']) {
      await expect(resolveRun(name)).rejects.toMatchObject({ code: 'adapter/not-found' })
    }
  })
})
