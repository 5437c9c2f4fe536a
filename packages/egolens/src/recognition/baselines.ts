import type { Component } from '../datasets/types.js'
import { softmax, top } from '../evaluation/scores.js'
import { scoredComponents, scoreWindows } from './score-windows.js'
import type { ActionSegment, AnnotatedVideo, Recognised, ScoredVideo, WindowScores } from './types.js'
import { tiles } from './windows.js'

/**
 * The plain way, to be beaten: windows end to end, the largest logit in each, equal neighbours joined. It knows no
 * idle time.
 */
export async function argmaxPerWindow(video: ScoredVideo, length = 2): Promise<ActionSegment[]> {
  const windows = tiles(video.duration, length)
  const scores = await scoreWindows(video, windows)
  const joined: { segment: ActionSegment; windows: number }[] = []
  for (const [i, window] of windows.entries()) {
    const segment: ActionSegment = { ...window, probability: 1, ...named(scores, i) }
    const last = joined.at(-1)
    if (last && (['verb', 'noun'] as const).every((c) => last.segment[c]?.label === segment[c]?.label)) {
      merge(last, segment)
    } else joined.push({ segment, windows: 1 })
  }
  return joined.map(({ segment }) => segment)
}

/** What the scorer says when the true boundaries are given: how much is lost on labels alone. */
export async function oracleBoundaries(video: AnnotatedVideo): Promise<ActionSegment[]> {
  const scores = await scoreWindows(video, video.segments)
  return video.segments.map(({ start, end }, i) => ({ start, end, probability: 1, ...named(scores, i) }))
}

function named(scores: WindowScores, i: number): Partial<Record<Component, Recognised>> {
  return Object.fromEntries(
    scoredComponents(scores).map((component) => {
      const best = top(softmax(scores[component]![i]!), 5).map(({ id, value }) => ({ label: id, probability: value }))
      return [component, { ...best[0]!, top: best }]
    }),
  )
}

/** Joins a window to the segment before it; probabilities become the mean over its windows. */
function merge(last: { segment: ActionSegment; windows: number }, next: ActionSegment): void {
  last.windows++
  last.segment.end = next.end
  for (const component of ['verb', 'noun'] as const) {
    const own = last.segment[component]
    if (own) own.probability += (next[component]!.probability - own.probability) / last.windows
  }
}
