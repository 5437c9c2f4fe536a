import { describe, expect, it } from 'vitest'
import { spread } from '../evaluation/spread.js'
import type { Table } from '../evaluation/table.js'
import { reportSchema } from './data.js'
import { reportTable } from './from-table.js'
import { tableHtml } from './table.js'

const one = (share: number) => spread([share])

const table: Table = {
  title: 'Top-1',
  groups: [
    {
      title: 'Trained on kitchen',
      groups: [
        { title: 'Nouns', columns: ['kitchen', 'workshop'] },
        { title: 'Verbs', columns: ['kitchen'] },
      ],
    },
  ],
  rows: [
    { name: 'zero-shot', kind: 'measured', cells: [one(0.1), one(0.2), undefined] },
    { name: 'X-MIC', kind: 'measured', cells: [one(0.3), one(0.15), one(0.5)] },
    { name: 'X-MIC, published', kind: 'published', cells: [one(0.9), undefined, undefined] },
  ],
  notes: ['One seed.'],
}

describe('a table of results in a report', () => {
  const html = tableHtml(reportSchema.parse({ title: 'x', tables: [reportTable(table)] }).tables[0]!)

  it('has two lines of heads over the columns', () => {
    expect(html).toContain('<th class="group first" colspan="3">Trained on kitchen</th>')
    expect(html).toContain(
      '<th class="group first" colspan="2">Nouns</th><th class="group first" colspan="1">Verbs</th>',
    )
  })

  it('calls the best measured figure of a column best, where there are two', () => {
    expect(html).toContain('<td class="first"><b>30.00</b></td><td>15.00</td><td class="first">50.00</td>')
    expect(html).toContain('<td><b>20.00</b></td>')
    expect(html).toContain('<tr class="published"><th scope="row">X-MIC, published</th><td class="first">90.00</td>')
  })

  it('has what marks rows in a column before the figures', () => {
    const marked = { ...table, mark: 'ta', rows: table.rows.map((row) => ({ ...row, mark: '✓' })) }
    const html = tableHtml(reportSchema.parse({ title: 'x', tables: [reportTable(marked)] }).tables[0]!)
    expect(html).toContain('<th class="first">ta</th><th class="first">kitchen</th>')
    expect(html).toContain('<th scope="row">X-MIC</th><td class="first">✓</td><td class="first"><b>30.00</b></td>')
  })
})
