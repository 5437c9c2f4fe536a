import { relative } from 'node:path'
import { writeAtomic } from '../files.js'
import { htmlDocument, section } from '../report/document.js'
import { escapeHtml } from '../report/escape.js'
import { style } from '../report/style.js'
import { cells, groups, verdict } from './text.js'
import { titleOf } from './titles.js'
import type { Audit, DatasetReport, Problem, SourceReport } from './types.js'

/** Problems of one kind that the page lists; the rest is counted. */
const LISTED = 500

/** Writes the check as one HTML file without scripts that needs no network. */
export async function writeAuditPage(audit: Audit, path: string): Promise<void> {
  await writeAtomic(path, auditPage(audit))
}

/** The page as text. Everything that comes from files is escaped. */
export function auditPage(audit: Audit): string {
  const path = (where: string) => escapeHtml(where.startsWith(audit.root) ? relative(audit.root, where) || '.' : where)
  const kinds = groups(audit.problems)
  const broken = audit.sources.filter(({ ok }) => !ok)
  const videos = [...broken, ...audit.sources.filter(({ ok }) => ok)]
  return htmlDocument({
    title: `Check of ${audit.root}`,
    policy: "default-src 'none'; style-src 'unsafe-inline'",
    style: style + ownStyle,
    main: `<h1>${audit.ok ? 'Nothing is wrong' : 'Something is wrong'}</h1>
<p class="summary"><code>${escapeHtml(audit.root)}</code>: ${escapeHtml(verdict(audit))}.</p>
${section('What was found', kinds.length, kinds.map((kind) => kindHtml(kind, path)).join('\n'))}
${section('Datasets', audit.datasets.length, `<div class="datasets">${audit.datasets.map((one) => datasetHtml(one, path)).join('\n')}</div>`)}
${section('Videos', 1, videosHtml(videos, path))}`,
  })
}

type PathOf = (where: string) => string

function kindHtml([code, severity, problems]: ReturnType<typeof groups>[number], path: PathOf): string {
  const items = problems.slice(0, LISTED).map((problem) => problemHtml(problem, path))
  const more = problems.length > LISTED ? `<p class="table-note">and ${problems.length - LISTED} more</p>` : ''
  return `<details class="kind ${severity}"${severity === 'error' ? ' open' : ''}><summary><b>${problems.length}</b> ${escapeHtml(titleOf(code))}<small>${severity} ${escapeHtml(code)}</small></summary><ul>${items.join('')}</ul>${more}</details>`
}

function problemHtml({ where, message, cure }: Problem, path: PathOf): string {
  return `<li><code>${path(where)}</code> ${escapeHtml(message)}${cure ? `<span class="cure">${escapeHtml(cure)}</span>` : ''}</li>`
}

function datasetHtml({ name, title, root, splits, classes }: DatasetReport, path: PathOf): string {
  const rows = splits.map(
    (split) =>
      `<tr class="measured"><th scope="row">${escapeHtml(split.name)}</th><td>${split.clips}</td><td>${split.videos}</td><td>${split.participants}</td><td>${(split.seconds / 60).toFixed(1)}</td></tr>`,
  )
  const used = classes.map(({ component, count, used }) => `${used} of ${count} ${component}s occur`).join(', ')
  return `<figure class="table"><figcaption>${path(root)}: ${escapeHtml(name)}</figcaption><div class="table-scroll"><table>
<thead><tr><th></th><th>clips</th><th>videos</th><th>participants</th><th>minutes</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>
<p class="table-note">${escapeHtml(title)}. ${used}.</p></figure>`
}

function videosHtml(sources: readonly SourceReport[], path: PathOf): string {
  const rows = sources.map((row) => {
    const [state, ...figures] = cells(row)
    const why = row.why ? `<span class="cure">${escapeHtml(row.why)}</span>` : ''
    const size = row.width ? `${row.width}×${row.height} ${escapeHtml(row.codec ?? '')}` : '–'
    return `<tr class="measured${row.ok ? '' : ' broken'}"><th scope="row">${path(row.source)}${why}</th><td>${state}</td>${figures.map((cell) => `<td>${cell === '-' ? '–' : cell}</td>`).join('')}<td>${size}</td><td><code title="${row.sha256 ?? ''}">${row.sha256?.slice(0, 12) ?? '–'}</code></td></tr>`
  })
  return `<figure class="table videos"><div class="table-scroll"><table>
<thead><tr><th></th><th>state</th><th>frames</th><th>frames/s</th><th>seconds</th><th>clips</th><th>last ends</th><th>size</th><th>sha256</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div><p class="table-note">~ a frame rate that varies: the mean. Last ends: where the last annotated clip ends, in seconds.</p></figure>`
}

const ownStyle = `
.kind { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 10px 18px; margin: 0 0 12px; border-left: 5px solid var(--faint); }
.kind.error { border-left-color: var(--playhead); }
.kind summary { cursor: pointer; font-size: 15px; }
.kind summary b { display: inline-block; min-width: 1.6em; padding-left: 4px; font-variant-numeric: tabular-nums; }
.kind summary small { color: var(--soft); margin-left: 8px; }
.kind ul { margin: 8px 0 4px; padding: 0; list-style: none; font-size: 14px; }
.kind li { padding: 4px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
code { font: 13px ui-monospace, "DejaVu Sans Mono", monospace; color: var(--soft); }
.cure { display: block; color: var(--soft); font-size: 13px; font-weight: 400; white-space: normal; }
tr.broken td:nth-child(2) { color: var(--playhead); font-weight: 650; }
td { white-space: nowrap; }
.videos th[scope="row"] { white-space: normal; overflow-wrap: anywhere; min-width: 210px; font-weight: 500; font-size: 13.5px; }
.videos td, .videos thead th { padding-left: 7px; padding-right: 7px; font-size: 13.5px; }
.datasets { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 16px; }
figure.table + figure.table { margin-top: 0; }
`
