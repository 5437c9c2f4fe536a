/**
 * Lines of a stream of text; of a line beyond `longest` characters only the beginning is kept, so that a stream without
 * line ends takes no memory.
 */
export class Lines {
  #rest = ''

  constructor(
    private readonly longest: number,
    private readonly each: (line: string) => void,
  ) {}

  add(chunk: Buffer): void {
    const parts = chunk.toString('latin1').split(/\r?\n|\r/)
    this.#rest = (this.#rest + parts[0]!).slice(0, this.longest)
    for (let i = 1; i < parts.length; i++) {
      this.each(this.#rest)
      this.#rest = parts[i]!.slice(0, this.longest)
    }
  }

  end(): void {
    if (this.#rest) this.each(this.#rest)
    this.#rest = ''
  }
}
