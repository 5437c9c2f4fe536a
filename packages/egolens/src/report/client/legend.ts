// One chip a class; pressing it leaves only that class bright in the lanes.

import { countLabels } from './colours.js'
import { element, heading } from './dom.js'
import type { Video } from './page.js'
import type { LaneStyles, Timeline } from './timeline.js'

export function legend(video: Video, styles: LaneStyles, lanes: Timeline): HTMLElement {
  const root = element('div', { class: 'legend' })
  for (const component of ['verb', 'noun'] as const) {
    const counts = countLabels(video.lanes.filter((lane) => lane.component === component && lane.kind === 'recognised'))
    if (!counts.size) continue
    const chips = [...counts].map(([label, count]) => {
      const swatch = element('i', { class: 'swatch' })
      swatch.style.background = styles[component].get(label)!.background
      const chip = element('button', { type: 'button', class: 'chip', 'aria-pressed': 'false' }, swatch, label)
      if (count > 1) chip.append(element('small', {}, `${count}`))
      return { chip, label }
    })
    for (const { chip, label } of chips) {
      chip.addEventListener('click', () => {
        const on = chip.getAttribute('aria-pressed') !== 'true'
        for (const other of chips) other.chip.setAttribute('aria-pressed', String(on && other.chip === chip))
        lanes.single(component, on ? label : undefined)
      })
    }
    root.append(element('div', { class: 'chips' }, element('h4', {}, heading(component)), ...chips.map((c) => c.chip)))
  }
  return root
}
