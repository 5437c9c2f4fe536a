/** Rows as aligned columns; numbers stand right. */
export function columns(rows: (string | number)[][], gap = 2): string {
  const widths = rows.reduce<number[]>((all, row) => {
    row.forEach((cell, i) => {
      all[i] = Math.max(all[i] ?? 0, String(cell).length)
    })
    return all
  }, [])
  return rows
    .map((row) =>
      row
        .map((cell, i) => (typeof cell === 'number' ? String(cell).padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join(' '.repeat(gap))
        .trimEnd(),
    )
    .join('\n')
}

/** 12345678901 -> "12.3 G": a number of operations, parameters, tokens. */
export function short(count: number): string {
  const units = ['', ' k', ' M', ' G', ' T', ' P', ' E', ' Z']
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)))
  const value = count / 1000 ** unit
  return `${unit === 0 ? Math.round(value) : value.toFixed(value < 100 ? 1 : 0)}${units[unit]}`
}

/** 12345678 -> "11.8 MiB" */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let unit = 0
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024
    unit++
  }
  return `${count >= 100 || unit === 0 ? count.toFixed(0) : count.toFixed(1)} ${units[unit]}`
}
