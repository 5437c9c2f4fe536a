import { createHash } from 'node:crypto'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { EgoLensError } from '../errors.js'
import { writeAtomic } from '../files.js'
import { answersHtml } from './answers.js'
import { clientScript, plotAssets } from './bundle.js'
import type { Page } from './client/page.js'
import { type Report, type ReportData, reportSchema } from './data.js'
import { htmlDocument, section } from './document.js'
import { escapeHtml, scriptJson } from './escape.js'
import { style } from './style.js'
import { tableHtml } from './table.js'
import { placeVideos } from './videos.js'

/**
 * Writes a report as one HTML file that needs no network. Videos over 8 MB are copied into a folder beside it.
 *
 * @returns the absolute path of the file
 * @throws EgoLensError report/bad-data, report/no-video, report/not-built
 * @example
 * await writeReport({ title: 'Kitchen', tables: [{ caption: 'Top-1', columns: ['within'], rows: [] }] }, 'report.html')
 */
export async function writeReport(data: ReportData, path: string): Promise<string> {
  const parsed = reportSchema.safeParse(data)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new EgoLensError('report/bad-data', issue.message, { where: `report data, ${issue.path.join('.')}` })
  }
  const file = resolve(path)
  const folder = join(dirname(file), `${basename(file, extname(file))}_files`)
  const videos = await placeVideos(parsed.data.videos, folder)
  const answers = await placeVideos(parsed.data.answers, folder.replace(/_files$/, '_asked'))
  await writeAtomic(file, await html(parsed.data, { videos, curves: parsed.data.curves }, answersHtml(answers)))
  return file
}

async function html(report: Report, page: Page, answers: string): Promise<string> {
  const plot = await plotAssets()
  const scripts = [...(page.curves.length ? [plot.script] : []), await clientScript()]
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`).join(' ')
  return htmlDocument({
    title: report.title,
    // Only these very scripts run.
    policy: `default-src 'none'; script-src ${hashes}; style-src 'unsafe-inline'; media-src 'self' data: file:`,
    style: `${plot.style}\n${style}`,
    main: `<header>
<h1>${escapeHtml(report.title)}</h1>
${report.summary ? `<p class="summary">${escapeHtml(report.summary)}</p>` : ''}
${report.notice ? `<p class="notice">${escapeHtml(report.notice)}</p>` : ''}
</header>
${section('Actions on a timeline', report.videos.length, '<div id="videos"></div>')}
${section('Questions and answers', report.answers.length, answers)}
${section('Results', report.tables.length, report.tables.map(tableHtml).join('\n'))}
${section('Training', report.curves.length, '<div id="curves" class="curves"></div>')}
${section('How it was made', report.runs.length, runsHtml(report.runs))}`,
    end: `<script type="application/json" id="data">${scriptJson(page)}</script>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}`,
  })
}

function runsHtml(runs: Report['runs']): string {
  const cards = runs.map(({ name, facts }) => {
    const rows = Object.entries(facts).map(([key, value]) => `<dt>${escapeHtml(key)}</dt><dd>${escapeHtml(value)}</dd>`)
    return `<details class="run"><summary>${escapeHtml(name)}</summary><dl>${rows.join('')}</dl></details>`
  })
  return `<div class="runs">${cards.join('\n')}</div>`
}
