/** Okabe and Ito's colours, which stay apart with every common kind of colour blindness. */
export const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00']

/** A drawing on white that needs nothing but a sans-serif font. @param box left, top, width and height */
export const svg = ([left, top, width, height]: [number, number, number, number], lines: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${left} ${top} ${width} ${height}" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12" fill="#1a1d24">`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="#ffffff"/>`,
    ...lines,
    '</svg>\n',
  ].join('\n')

export const line = (x1: number, y1: number, x2: number, y2: number, colour: string): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`

export const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more ? ` ${more}` : ''}>${escapeXml(content)}</text>`

const escapeXml = (content: string): string =>
  content.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!)
