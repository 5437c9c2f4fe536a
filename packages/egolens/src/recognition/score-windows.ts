import type { Component } from '../datasets/types.js'
import { EgoLensError } from '../errors.js'
import type { Interval } from '../evaluation/segments.js'
import { type Progress, silent } from '../progress.js'
import { components, type ScoredVideo, type WindowScores } from './types.js'

export interface ScoreOptions {
  /** Windows a call of the scorer, 1,024 by default. */
  batch?: number
  progress?: Progress
  signal?: AbortSignal
}

/**
 * Scores windows of a video in batches and checks what comes back.
 *
 * @throws EgoLensError `recognition/bad-scores` naming video and window
 */
export async function scoreWindows(
  video: ScoredVideo,
  windows: readonly Interval[],
  { batch = 1024, progress = silent, signal }: ScoreOptions = {},
): Promise<WindowScores> {
  const all: WindowScores = {}
  for (let from = 0; from < windows.length; from += batch) {
    signal?.throwIfAborted()
    const part = windows.slice(from, from + batch)
    const scores = await video.scorer(part)
    for (const key of [...components, 'cues'] as const) {
      if (!scores[key]) continue
      check(scores[key], part, key, video.id)
      const rows = all[key] ?? []
      for (const row of scores[key]) rows.push(row)
      all[key] = rows
    }
    progress({
      task: `actions in ${video.id}`,
      done: Math.min(windows.length, from + batch),
      total: windows.length,
      unit: 'windows',
    })
  }
  if (!all.verb && !all.noun && windows.length > 0) {
    throw new EgoLensError('recognition/bad-scores', 'the scorer gives neither verbs nor nouns', { where: video.id })
  }
  return all
}

/** Scores with further cues after their own. */
export function addCues(scores: WindowScores, cues: readonly Float32Array[]): WindowScores {
  return { ...scores, cues: cues.map((own, i) => Float32Array.of(...(scores.cues?.[i] ?? []), ...own)) }
}

/** The components that were scored. */
export function scoredComponents(scores: WindowScores): Component[] {
  return components.filter((component) => scores[component] !== undefined)
}

function check(rows: Float32Array[], windows: readonly Interval[], key: string, video: string): void {
  if (rows.length !== windows.length) {
    throw new EgoLensError('recognition/bad-scores', `${rows.length} rows of ${key} for ${windows.length} windows`, {
      where: video,
    })
  }
  for (const [i, row] of rows.entries()) {
    if (row.length === rows[0]!.length && row.every(Number.isFinite)) continue
    const { start, end } = windows[i]!
    throw new EgoLensError('recognition/bad-scores', `${key} scores are not all finite numbers`, {
      where: `${video}, ${start.toFixed(2)}-${end.toFixed(2)} s`,
    })
  }
}
