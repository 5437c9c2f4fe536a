import { describe, expect, it } from 'vitest'
import { standInRecipe } from '../training/testing.js'
import { handNotes } from './hand-notes.js'
import { handsOf } from './recogniser.models.js'

const file = { trained: 'file', used: true }
const detections = (source: string) => (source === 'a.mp4' ? 'a.json' : undefined)

describe('notes on hand boxes', () => {
  it('are none where they come from the provider of training', () => {
    expect(handNotes([file], { provider: 'file', detections }, 'a.mp4')).toEqual([])
    expect(handNotes([{ trained: 'ssd', used: true }], undefined, 'a.mp4')).toEqual([])
  })

  it('say that the provider is another one', () => {
    expect(handNotes([file], { provider: 'ssd' }, 'a.mp4')).toEqual([
      'Trained with hand boxes from "file", used with "ssd": expect less.',
    ])
  })

  it('say that a video has no file of boxes, whether or not a provider was named', () => {
    const none = [expect.stringContaining('No file of hand boxes')]
    expect(handNotes([file], { provider: 'file', detections }, 'b.mp4')).toEqual(none)
    expect(handNotes([file], undefined, 'a.mp4')).toEqual(none)
  })

  it('do not concern methods that look at full frames alone', () => {
    expect(handNotes([{ trained: 'file', used: false }], { provider: 'ssd' }, 'a.mp4')).toEqual([])
  })
})

describe('the rule of hand boxes in recognition', () => {
  const trained = { ...standInRecipe().features.hands, handThreshold: 0.8, objectThreshold: 0.01, grow: 1.1 }

  it('is that of training with the same provider', () => {
    expect(handsOf(trained, undefined)).toEqual(trained)
    expect(handsOf(trained, { provider: 'file' })).toEqual(trained)
  })

  it("is the other provider's own: scores of two detectors are not alike", () => {
    expect(handsOf(trained, { provider: 'ssd' })).toEqual({ provider: 'ssd', missing: 'full' })
  })
})
