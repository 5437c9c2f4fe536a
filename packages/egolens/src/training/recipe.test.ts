import { describe, expect, it } from 'vitest'
import { EgoLensError } from '../errors.js'
import { componentsOf, parseRecipe, readerOptions, readRecipe, recipeHash, resolveRecipe } from './recipe.js'
import { writeRecipe } from './recipe.write.js'

const text = `name: x-mic-noun
method: x-mic
options: { preset: paper }
component: noun
data:
  train: { dataset: own, split: train, file: clips.csv }
  test:
    - { name: here, dataset: own, split: test, file: clips.csv }
    - name: there
      dataset: own
      split: test
      file: other.csv
training:
  batch: 32   # clips
`

function refusal(source: string, set: string[] = []): EgoLensError {
  try {
    parseRecipe(source, { where: 'r.yaml', set })
  } catch (error) {
    if (error instanceof EgoLensError) return error
    throw error
  }
  throw new Error('the recipe was accepted')
}

describe('a recipe', () => {
  it('takes what it leaves out from the method, then from the defaults', () => {
    const { training, backbone, features } = parseRecipe(text)
    expect(training).toMatchObject({ batch: 32, lr: 1e-6, betas: [0.9, 0.999], warmupEpochs: 0, seed: 1, frames: 16 })
    expect(parseRecipe(text, { set: ['options.preset=code'] }).training).toMatchObject({
      batch: 32,
      lr: 5e-4,
      betas: [0.9, 0.98],
      warmupEpochs: 5,
      epochs: 15,
    })
    expect(backbone).toEqual({ clip: 'small' })
    expect(features).toMatchObject({ every: 0.25, hands: { provider: 'file', missing: 'full' }, compute: 'float32' })
  })

  it('is the same from a file and from a program', () => {
    const recipe = parseRecipe(text)
    expect(resolveRecipe({ ...recipe, training: { batch: 32 } })).toEqual(recipe)
  })

  it('names files of boxes that count pixels, with the size of their frames', () => {
    const boxes = ['data.train.detections=boxes.json', 'data.train.boxFrames={width: 456, height: 256, rate: 30}']
    expect(parseRecipe(text, { set: boxes }).data.train).toMatchObject({
      detections: 'boxes.json',
      boxFrames: { width: 456, height: 256, rate: 30 },
    })
    const wrong = refusal(text, ['data.train.boxFrames={width: 456}'])
    expect(wrong.message).toContain('height')
  })

  it('is changed by overrides, also inside lists', () => {
    const recipe = parseRecipe(text, { set: ['training.epochs=2', 'data.test.1.file=third.csv', 'training.lr=1e-2'] })
    expect(recipe.training.epochs).toBe(2)
    expect(recipe.training.lr).toBe(0.01)
    expect(readerOptions(recipe.data.test[1]!)).toEqual({ file: 'third.csv' })
  })

  it('is written with every value and reads back as itself', () => {
    const recipe = parseRecipe(text)
    const written = writeRecipe(recipe)
    expect(written).toContain('batch: 32 # clips a step')
    expect(parseRecipe(written)).toEqual(recipe)
    expect(recipeHash(parseRecipe(written))).toBe(recipeHash(recipe))
  })

  it('has a hash that does not depend on the order of keys, but on every value', () => {
    const moved = `training: { batch: 32 }\n${text.slice(0, text.indexOf('training:'))}`
    expect(recipeHash(parseRecipe(moved))).toBe(recipeHash(parseRecipe(text)))
    expect(recipeHash(parseRecipe(text, { set: ['training.seed=2'] }))).not.toBe(recipeHash(parseRecipe(text)))
  })

  it('names its components', () => {
    expect(componentsOf({ component: 'both' })).toEqual(['verb', 'noun'])
    expect(componentsOf({ component: 'noun' })).toEqual(['noun'])
  })
})

describe('a wrong recipe', () => {
  it('names the line of an unknown key, and the nearest known ones', () => {
    const error = refusal(text.replace('batch: 32', 'bach: 32'))
    expect(error.code).toBe('recipe/unknown-key')
    expect(error.line).toBe('r.yaml:14: training.bach: unknown key (did you mean batch?)')
  })

  it('names the line of a wrong value', () => {
    expect(refusal(text.replace('batch: 32', 'batch: many')).line).toBe(
      'r.yaml:14: training.batch: expected number, received string',
    )
  })

  it('is checked by the schema of its method', () => {
    expect(refusal(text.replace('preset: paper', 'norm: [n1]')).line).toBe(
      'r.yaml:3: options.norm: unknown key (did you mean norms?)',
    )
  })

  it('is checked by the schema of its datasets', () => {
    expect(refusal(text.replace('file: other.csv', 'fil: other.csv')).line).toContain('data.test.1.fil: unknown key')
    expect(refusal(text.replace('dataset: own\n', 'dataset: owm\n')).line).toContain(
      'r.yaml:10: there is no dataset "owm"',
    )
  })

  it('is told of an unknown method', () => {
    expect(refusal(text.replace('method: x-mic', 'method: xmic')).line).toContain('r.yaml:2: there is no method "xmic"')
  })

  it('lists everything at once', () => {
    const { message } = refusal(
      text.replace('batch: 32', 'batch: 0\n  seeds: 1').replace('component: noun', 'component: nouns'),
    )
    expect(message).toContain('component: expected one of')
    expect(message).toContain('training.batch')
    expect(message).toContain('r.yaml:15: training.seeds: unknown key (did you mean seed?)')
  })

  it('blames the override that made it wrong', () => {
    expect(refusal(text, ['training.epocs=2']).line).toBe(
      '--set training.epocs=2: training.epocs: unknown key (did you mean epochs?)',
    )
    expect(refusal(text, ['training.epochs']).code).toBe('recipe/set')
  })

  it('names the line where it is not YAML', () => {
    expect(refusal('name: a\nname: b\n').line).toMatch(/^r.yaml:2: /)
    expect(refusal('- a\n').code).toBe('recipe/not-yaml')
    expect(refusal('').code).toBe('recipe/not-yaml')
  })

  it('has an end: aliases that multiply, hold themselves or lie too deep are refused', () => {
    const nine = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(',')}]\n`
    const bomb = 'abcdefgh'.split('').map((name, i) => nine(name, i === 0 ? '1' : `*${'abcdefgh'[i - 1]}`))
    expect(refusal(bomb.join(''))).toMatchObject({ code: 'recipe/not-yaml', where: 'r.yaml' })
    for (const itself of ['&a [*a]', '&a {b: *a}']) {
      expect(refusal(`options: ${itself}\n`).message).toBe('values in values, more than 32 deep')
      const set = refusal(text, [`options=${itself}`])
      expect(set.line).toBe(`--set options=${itself}: values in values, more than 32 deep`)
    }
    expect(refusal(`a: ${'['.repeat(40)}${']'.repeat(40)}`).message).toBe('values in values, more than 32 deep')
    expect(refusal(`a: ${' '.repeat(2 ** 16)}`).message).toContain('a recipe has a few thousand characters')
  })

  it('cannot end the process by its depth, in whatever way it is deep', () => {
    for (const level of ['[', '{a: ', '- ', '? ', '[a: ', '- ? ']) {
      expect(refusal(level.repeat(10_000)).message).toBe('values in values, more than 32 deep')
    }
    const steps = Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:\n`)
    expect(refusal(steps.join('')).message).toBe('values in values, more than 32 deep')
  })

  it('cannot make a list longer than it is by an override', () => {
    for (const key of ['7', '4294967295', '-1', 'x']) {
      const wrong = refusal(text, [`data.test.${key}.file=x`])
      expect(wrong.line).toBe(`--set data.test.${key}.file=x: data.test has 2 entries, from 0`)
    }
  })

  it('cannot let a test set choose the model', () => {
    const cross = ['training.select=val_cross', 'data.validation.cross={dataset: own, split: test, file: other.csv}']
    expect(refusal(text, cross).code).toBe('recipe/selection-leak')
    expect(refusal(text, ['training.select=val_within']).code).toBe('recipe/no-validation')
    expect(
      parseRecipe(text, { set: ['training.select=val_within', 'data.validation.holdOut=0.2'] }).training.select,
    ).toBe('val_within')
  })

  it('is missing', async () => {
    await expect(readRecipe('no-such.yaml')).rejects.toThrow('there is no such recipe')
  })
})
