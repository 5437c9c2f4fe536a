import { describe, expect, it } from 'vitest'
import { loadVisionTower } from '../../mllm/visual/index.js'
import type { ProgressEvent } from '../../progress.js'
import { hashTensors } from '../../weights/save-tensors.js'
import { fitTower, towerFit } from './towers.js'

const stills = { seed: 5, participants: 1, actions: 2, frames: 2 }
const fit = { ...towerFit, steps: { ego: 2, exo: 1 }, batch: 4 }

describe('the small towers', () => {
  it('are fitted to stills of their view, the same by seed', async () => {
    const hashes: Record<string, string[]> = {}
    for (const view of ['ego', 'exo', 'ego'] as const) {
      const { tower, preprocessing } = await loadVisionTower('small')
      const events: ProgressEvent[] = []
      const before = await hashTensors(tower.stateDict())
      await fitTower(tower, preprocessing, { view, stills, fit, progress: (event) => events.push(event) })
      expect(events.filter(({ unit }) => unit === 'steps').length).toBe(fit.steps[view])
      expect(tower.parameters().some(({ requiresGrad }) => requiresGrad)).toBe(false)
      const after = await hashTensors(tower.stateDict())
      expect(after).not.toBe(before)
      hashes[view] = [...(hashes[view] ?? []), after]
      tower.dispose()
    }
    expect(hashes.ego![0]).toBe(hashes.ego![1])
    expect(hashes.ego![0]).not.toBe(hashes.exo![0])
  })
})
