import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { writeRecipe } from '../training/recipe.write.js'
import { parseStageRecipe, readStageRecipe } from './index.js'
import { resolvedStageSchema } from './recipe.schema.js'

const full = (stage: string, set: string[] = []) =>
  readStageRecipe(fileURLToPath(new URL(`../../../../recipes/exo2ego/full/${stage}.yaml`, import.meta.url)), set)

describe('keys that change nothing', () => {
  it.each([
    ['practice', ['losses.kl.weight=0.5'], 'losses.kl.weight has no effect here: it is of the stage guidance'],
    ['preparation', ['losses.ccl.weight=0'], 'losses.ccl.weight has no effect here: it is of the stage guidance'],
    ['practice', ['model.guidance=real'], 'model.guidance has no effect here: it is of the stage guidance'],
    [
      'guidance',
      ['losses.ccl.weight=0', 'model.concat=none'],
      'losses.ccl.weight has no effect here: model.concat is none, so that nothing is mapped',
    ],
    [
      'guidance',
      ['model.connector.kind=v35'],
      'model.connector.kind has no effect here: model.base has a connector of its own',
    ],
    ['practice', ['data.captions=exo'], 'data.captions has no effect here: it is of the stage initialization'],
  ])('are refused in %s: %s', async (stage, set, message) => {
    await expect(full(stage, set)).rejects.toMatchObject({
      ...{ code: 'recipe/no-effect', message, where: `--set ${set[0]}`, cure: 'leave it out' },
    })
  })

  it('are named by the line of the file', () => {
    const text = 'name: a\nstage: practice\nfrom: b\nlosses:\n  kl:\n    temperature: 2\ndata: { train: c }\n'
    expect(() => parseStageRecipe(text, { where: 'a.yaml' })).toThrow(
      expect.objectContaining({ code: 'recipe/no-effect', where: 'a.yaml:6' }),
    )
  })

  it('may be there as they would be without: a run writes down all that it went by', async () => {
    const recipe = await full('practice')
    const text = writeRecipe(recipe, resolvedStageSchema)
    expect(text).toContain('losses:\n  kl:\n    over: channels #')
    expect(parseStageRecipe(text)).toEqual(recipe)
  })

  it('have an effect where they belong', async () => {
    expect((await full('guidance', ['model.guidance=real', 'losses.kl.weight=2'])).losses.kl!.weight).toBe(2)
  })
})
