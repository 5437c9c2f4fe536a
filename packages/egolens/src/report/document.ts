import { escapeHtml } from './escape.js'

export interface DocumentParts {
  title: string
  /** Content-Security-Policy: should a name from a file ever slip through unescaped, it is still inert. */
  policy: string
  style: string
  /** What stands in main, as HTML. */
  main: string
  /** What follows it, as HTML. */
  end?: string
}

/** The frame of every page that is written: one HTML file that needs no network. */
export function htmlDocument({ title, policy, style, main, end = '' }: DocumentParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${main}
</main>
${end}
</body>
</html>
`
}

/** A part of a page under a heading; nothing where there is nothing to show. */
export const section = (title: string, parts: number, body: string): string =>
  parts ? `<section class="part"><h2>${title}</h2>\n${body}\n</section>` : ''
