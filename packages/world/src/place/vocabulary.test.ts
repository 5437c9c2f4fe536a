import { describe, expect, it } from 'vitest'
import { arts } from '../art/index.js'
import { placeNames } from './names.js'
import { castings } from './verbs.js'
import { vocabulary } from './vocabulary.js'

const shared = (of: 'verbs' | 'nouns', a: 'kitchen' | 'workshop' | 'cafe', b: 'kitchen' | 'workshop' | 'cafe') => {
  const names = new Set(vocabulary(b)[of].map(({ name }) => name))
  return vocabulary(a)[of].filter(({ name }) => names.has(name)).length / vocabulary(a)[of].length
}

describe('vocabulary', () => {
  it.each(placeNames)('has at least 20 verbs and 30 nouns in the %s, all of which can be drawn', (place) => {
    const { verbs, nouns } = vocabulary(place)
    expect(verbs.length).toBeGreaterThanOrEqual(20)
    expect(nouns.length).toBeGreaterThanOrEqual(30)
    for (const { art } of nouns) expect(arts[art], art).toBeDefined()
    expect(new Set(nouns.map(({ name }) => name)).size).toBe(nouns.length)
    expect(new Set(verbs.map(({ name }) => name)).size).toBe(verbs.length)
  })

  it('names only things that can be drawn as nouns, tools and sites', () => {
    for (const { nouns, tool = [], site = [] } of Object.values(castings))
      for (const art of [...(nouns === 'graspable' ? [] : nouns), ...tool, ...site])
        expect(arts[art], art).toBeDefined()
  })

  it('shares about 40 % between kitchen and workshop, and more between kitchen and cafe', () => {
    expect(shared('verbs', 'kitchen', 'workshop')).toBeCloseTo(9 / 22, 6)
    expect(shared('nouns', 'kitchen', 'workshop')).toBeCloseTo(15 / 38, 6)
    expect(shared('verbs', 'cafe', 'kitchen')).toBeGreaterThan(0.6)
    expect(shared('nouns', 'cafe', 'kitchen')).toBeGreaterThanOrEqual(0.5)
  })

  it('lets most nouns go with several verbs and most verbs with several nouns', () => {
    for (const place of placeNames) {
      const { verbs, nouns } = vocabulary(place)
      const several = nouns.filter(({ id }) => verbs.filter((verb) => verb.nouns.includes(id)).length > 2)
      expect(several.length / nouns.length).toBeGreaterThan(0.7)
      expect(verbs.filter((verb) => verb.nouns.length >= 3).length / verbs.length).toBeGreaterThan(0.8)
    }
  })

  it('cleans names as readers of the real files do', () => {
    const name = (place: 'kitchen' | 'workshop' | 'cafe', key: string) =>
      [...vocabulary(place).verbs, ...vocabulary(place).nouns].find((one) => one.key === key)?.name
    expect(name('kitchen', 'board:chopping')).toBe('chopping board')
    expect(name('kitchen', 'turn-on')).toBe('turn on')
    expect(name('workshop', 'take_(pick,_grab,_get)')).toBe('take')
    expect(name('workshop', 'nut_(tool)')).toBe('nut tool')
    expect(name('cafe', 'Divide/Pull Apart')).toBe('divide pull apart')
  })

  it('pairs verbs that are each other backwards', () => {
    for (const place of placeNames) {
      const { verbs } = vocabulary(place)
      for (const verb of verbs) if (verb.reverse !== undefined) expect(verbs[verb.reverse]!.reverse).toBe(verb.id)
      expect(verbs.filter((verb) => verb.reverse !== undefined).length).toBeGreaterThanOrEqual(10)
    }
  })
})
