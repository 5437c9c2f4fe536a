import { expect, it } from 'vitest'
import { parseTable } from './csv.js'

const lines = (text: string) => parseTable(text, 'x.csv', ['id']).rows.map(({ line, cells }) => [line, cells.id])

it('says the line of each row, after empty lines and cells with line breaks of any kind', () => {
  expect(lines('id,b\n1,"a\r\nb"\n\n2,é\n3,"\r"\n4,x')).toEqual([
    [2, '1'],
    [5, '2'],
    [6, '3'],
    [8, '4'],
  ])
})

it('reads files whose parts have other line breaks', () => {
  const { rows } = parseTable('id,b\n1,2\r\n3,4\r5,6\n', 'x.csv', ['id'])
  expect(rows.map(({ line, cells }) => [line, cells.id, cells.b])).toEqual([
    [2, '1', '2'],
    [3, '3', '4'],
    [4, '5', '6'],
  ])
})
