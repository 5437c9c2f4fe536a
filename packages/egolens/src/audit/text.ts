import { relative } from 'node:path'
import { titleOf } from './titles.js'
import type { Audit, Problem, SourceReport } from './types.js'

/** The check for a terminal: datasets, the table of videos, what is wrong by kind. */
export function auditText(audit: Audit, shown = 5): string {
  const path = (where: string) => (where.startsWith(audit.root) ? relative(audit.root, where) || '.' : where)
  return [
    ...audit.datasets.map(({ name, root, splits, classes }) => {
      const parts = splits.map((split) => `${split.name} ${split.clips} clips of ${split.videos} videos`)
      const used = classes.map(({ component, count, used }) => `${used} of ${count} ${component}s`)
      return `${path(root)}: ${name}: ${[...parts, ...used].join(', ')}`
    }),
    '',
    videoTable(audit.sources, path),
    '',
    ...groups(audit.problems).flatMap(([code, severity, problems]) => [
      `${severity}: ${titleOf(code)}: ${problems.length}`,
      ...problems
        .slice(0, shown)
        .map(({ where, message, cure }) => `  ${path(where)}: ${message}${cure ? ` (${cure})` : ''}`),
      ...(problems.length > shown ? [`  and ${problems.length - shown} more: --json or --html list them`] : []),
    ]),
    verdict(audit),
  ].join('\n')
}

/** One sentence. */
export function verdict({ sources, problems }: Audit): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const videos = `${sources.filter(({ ok }) => ok).length} of ${sources.length} videos decode from end to end`
  return errors === 0
    ? `${videos}; nothing is wrong`
    : `${videos}; ${errors} ${errors === 1 ? 'thing is' : 'things are'} wrong`
}

/** Problems by kind, errors first. */
export function groups(
  problems: readonly Problem[],
): [code: string, severity: Problem['severity'], problems: Problem[]][] {
  const found = new Map<string, Problem[]>()
  for (const problem of problems) {
    const key = `${problem.severity} ${problem.code}`
    const group = found.get(key)
    if (group) group.push(problem)
    else found.set(key, [problem])
  }
  return [...found.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => [group[0]!.code, group[0]!.severity, group])
}

/** Rows that a terminal is good for; beyond them only what is broken is shown. */
const ROWS = 200

function videoTable(all: readonly SourceReport[], path: (where: string) => string): string {
  const sources = all.length > ROWS ? all.filter(({ ok }) => !ok) : all
  const hidden = all.length - sources.length
  const rows = [
    ['video', 'state', 'frames', 'rate', 'seconds', 'clips', 'last ends', 'sha256'],
    ...sources.map((row) => [path(row.source), ...cells(row), row.sha256?.slice(0, 12) ?? '-']),
  ]
  const widths = rows[0]!.map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]!.length), 0))
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
    .concat(hidden > 0 ? `\nand ${hidden} that decode from end to end: --json or --html list them` : '')
}

/** State, frames, rate, seconds, clips and the end of the last one. */
export function cells({ ok, frames, frameRate, variable, duration, clips, annotated }: SourceReport): string[] {
  return [
    ok ? 'ok' : 'BROKEN',
    frames === undefined ? '-' : String(frames),
    frameRate === undefined ? '-' : `${variable ? '~' : ''}${Number(frameRate.toFixed(3))}`,
    duration === undefined ? '-' : duration.toFixed(2),
    String(clips),
    annotated === undefined ? '-' : annotated.toFixed(2),
  ]
}
