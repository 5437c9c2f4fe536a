import { basename } from 'node:path'
import { note, type Problem, type SourceReport } from './types.js'

/**
 * What is wrong with the videos themselves.
 *
 * @param listed sources that lie in the folder and that no clip is of
 * @param annotated whether there is any annotation at all
 */
export function sourceProblems(
  reports: readonly SourceReport[],
  listed: ReadonlySet<string>,
  annotated: boolean,
): Problem[] {
  return reports.flatMap((report): Problem[] => {
    const { source, ok, why, sha256 } = report
    const faults: Problem[] = []
    if (!ok && sha256 === undefined && report.clips > 0) {
      const message = `${report.clips} annotated clips, and there is no such video`
      const cure = 'download it, or set videos to the folder where it is'
      faults.push({ severity: 'error', code: 'video/not-found', where: source, message, cure })
    } else if (!ok)
      faults.push({ severity: 'error', code: 'video/unreadable', where: source, message: why ?? 'it cannot be read' })
    if (listed.has(source) && annotated) faults.push(note('video/not-annotated', source, 'no clip of it is annotated'))
    if (report.variable)
      faults.push(
        note('video/variable-rate', source, 'its frame rate varies; times, not frame numbers, say where a frame is'),
      )
    return faults
  })
}

/** Sources with the same bytes under two names. */
export function sameContent(reports: readonly SourceReport[]): Problem[] {
  const seen = new Map<string, string>()
  return reports.flatMap(({ source, sha256 }): Problem[] => {
    if (sha256 === undefined) return []
    const other = seen.get(sha256)
    if (other === undefined) seen.set(sha256, source)
    return other === undefined ? [] : [note('video/same-content', source, `the same bytes as ${basename(other)}`)]
  })
}
