import { at } from '../../../../datasets/csv.js'
import type { OnFault } from '../../../../datasets/types.js'
import { EgoLensError } from '../../../../errors.js'
import type { SourceRow } from '../types.js'

/** Names the cells of rows by those of the first one. */
export class HeaderedRows {
  #columns: string[] | undefined

  constructor(
    private readonly path: string,
    private readonly each: (row: SourceRow) => void,
    private readonly onFault: OnFault,
  ) {}

  /** Whether there was a header. */
  get begun(): boolean {
    return this.#columns !== undefined
  }

  add(cells: readonly string[], line: number): void {
    const columns = this.#columns
    if (!columns) {
      this.#columns = cells.map((cell) => cell.trim())
      return
    }
    const where = at({ path: this.path }, line)
    if (cells.length === columns.length) {
      this.each({ fields: Object.fromEntries(columns.map((name, i) => [name, cells[i]])), where })
      return
    }
    this.onFault(
      new EgoLensError('dataset/csv', `${cells.length} cells where the header has ${columns.length}`, { where }),
    )
  }
}
