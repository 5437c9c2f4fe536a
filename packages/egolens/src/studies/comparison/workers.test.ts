import { expect, it } from 'vitest'
import { rowBudget } from './budget.js'
import { methodsPixelsStudy, methodsStudy } from './methods.js'
import { cellsOf } from './plan.js'
import { deal } from './workers.js'

const places = ['kitchen', 'workshop'].map((name) => ({ name, train: { dataset: name }, test: { dataset: name } }))

it.each([methodsStudy, methodsPixelsStudy])('cells of $name are dealt once each, and loads are alike', (study) => {
  const cells = cellsOf(study, places as never)
  const minutes = (own: number[]) =>
    own.reduce((sum, i) => {
      const { row } = cells[i]!
      return sum + rowBudget(study, row, 2).minutes / cells.filter((cell) => cell.row === row).length
    }, 0)
  for (const workers of [1, 2, 5]) {
    const hands = deal(study, places as never, cells, workers)
    expect(hands).toHaveLength(workers)
    expect(hands.flat().sort((a, b) => a - b)).toEqual(cells.map((_, i) => i))
    const loads = hands.map(minutes)
    expect(Math.max(...loads) - Math.min(...loads)).toBeLessThan(Math.max(...cells.map((_, i) => minutes([i]))) + 1e-6)
  }
})
