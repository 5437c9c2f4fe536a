// Builds the page from the JSON that stands in it.

import { curve } from './curves.js'
import { element } from './dom.js'
import type { Page } from './page.js'
import { player } from './player.js'

const page = JSON.parse(document.getElementById('data')!.textContent!) as Page

function start(): void {
  const place = document.getElementById('videos')
  if (place && page.videos.length) {
    const players = page.videos.map(player)
    const tabs = page.videos.map((video) => element('button', { type: 'button', role: 'tab' }, video.title))
    const select = (chosen: number) => {
      players.forEach((p, i) => {
        p.root.hidden = i !== chosen
        if (i !== chosen) p.pause()
        tabs[i]!.setAttribute('aria-selected', String(i === chosen))
      })
    }
    tabs.forEach((tab, i) => {
      tab.addEventListener('click', () => select(i))
    })
    if (tabs.length > 1) place.append(element('div', { class: 'tabs', role: 'tablist' }, ...tabs))
    place.append(...players.map((p) => p.root))
    select(0)
  }
  document.getElementById('curves')?.append(...page.curves.map(curve))
  document.documentElement.dataset.ready = 'true'
}

start()
