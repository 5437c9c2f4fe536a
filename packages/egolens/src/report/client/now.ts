// What is seen at the current time: the segment's words and the five most probable verbs and nouns.

import type { Look } from './colours.js'
import { element, heading, lastBefore, percent } from './dom.js'
import type { Component, Score, Video } from './page.js'
import type { LaneStyles } from './timeline.js'

export interface Now {
  root: HTMLElement
  show(time: number): void
}

export function nowPanel(video: Video, styles: LaneStyles): Now {
  const headline = element('p', { class: 'headline', 'data-headline': true })
  const lists = { verb: element('ol'), noun: element('ol') }
  const components = (['verb', 'noun'] as const).filter((c) => video.lanes.some((lane) => lane.component === c))
  const root = element(
    'div',
    { class: 'now-panel' },
    headline,
    ...components.map((c) => element('section', { class: 'top' }, element('h4', {}, heading(c)), lists[c])),
  )
  let shown = ''
  return {
    root,
    show(time) {
      const words = components.map((c) => recognisedAt(video, c, time)?.label)
      const said = words.some(Boolean) ? words.map((word) => word ?? '…').join(' ') : 'no action'
      const tops = components.map((c) => topAt(video, c, time))
      const key = JSON.stringify([said, tops])
      if (key === shown) return
      shown = key
      headline.textContent = said
      headline.classList.toggle('none', !words.some(Boolean))
      components.forEach((c, i) => {
        lists[c].replaceChildren(...bars(tops[i]!, styles[c]))
      })
    },
  }
}

function recognisedAt(video: Video, component: Component, time: number) {
  const at = video.lanes
    .filter((lane) => lane.component === component && lane.kind === 'recognised')
    .flatMap((lane) => lane.segments)
    .filter((s) => s.start <= time + 1e-3 && time < s.end)
  return at.sort((a, b) => (b.probability ?? 0) - (a.probability ?? 0))[0]
}

/** Probabilities of the segment that holds this time, outside of segments those about this second. */
function topAt(video: Video, component: Component, time: number): Score[] {
  const segment = recognisedAt(video, component, time)
  if (segment?.top) return segment.top.slice(0, 5)
  const before = lastBefore(video.moments, time)
  const [a, b] = [video.moments[Math.max(0, before)], video.moments[before + 1]]
  const moment = b && a && b.time - time < time - a.time ? b : a
  return (moment?.[component] ?? []).slice(0, 5)
}

function bars(scores: Score[], style: Map<string, Look>): HTMLElement[] {
  if (!scores.length) return [element('li', { class: 'empty' }, 'nothing is recognised here')]
  return scores.map(({ label, probability }) => {
    const fill = element('span', { class: 'fill', style: `width:${(100 * probability).toFixed(1)}%` })
    fill.style.background = style.get(label)?.background ?? 'var(--faint)'
    return element(
      'li',
      {},
      element('span', { class: 'name' }, label),
      element('span', { class: 'bar' }, fill),
      element('span', { class: 'value' }, percent(probability)),
    )
  })
}
