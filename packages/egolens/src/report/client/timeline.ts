// The lanes under the video: one button a segment, a ruler, a playhead.

import type { Look } from './colours.js'
import { clamp, clock, element, heading, percent } from './dom.js'
import type { Component, Lane, Segment, Video } from './page.js'

export interface Timeline {
  root: HTMLElement
  /** Moves the playhead and marks the segments that hold this time. */
  show(time: number): void
  showAnnotated(visible: boolean): void
  /** Dims every class but this one; undefined shows all alike. */
  single(component: Component, label: string | undefined): void
}

interface Placed {
  segment: Segment
  button: HTMLButtonElement
  component: Component
}

const rowHeight = { recognised: 28, annotated: 18 }

export function timeline(video: Video, styles: LaneStyles, seek: (time: number) => void): Timeline {
  const placed: Placed[] = []
  const playhead = element('div', { class: 'playhead', 'data-playhead': true })
  const ruler = element('div', { class: 'ruler' }, ...ticks(video.duration))
  const tracks = element('div', { class: 'tracks' }, ruler)
  const names = element('div', { class: 'lane-names' }, element('div', { class: 'ruler-name' }))
  for (const lane of video.lanes) {
    const rows = stack(lane.segments)
    const height = (Math.max(0, ...rows) + 1) * rowHeight[lane.kind] + 2
    const track = element('div', {
      class: `track ${lane.kind}`,
      style: `height:${height}px`,
      'data-lane': `${lane.component}-${lane.kind}`,
    })
    lane.segments.forEach((segment, index) => {
      const button = segmentButton(video, lane, segment, rows[index]!, styles[lane.component].get(segment.label)!)
      button.addEventListener('click', () => seek(segment.start))
      placed.push({ segment, button, component: lane.component })
      track.append(button)
    })
    tracks.append(track)
    names.append(element('div', { class: `lane-name ${lane.kind}`, style: `height:${height}px` }, laneName(lane)))
  }
  tracks.append(playhead)
  scrubbing(tracks, video.duration, seek)
  const scroller = element('div', { class: 'scroller' }, tracks)
  const root = element('div', { class: 'timeline' }, names, scroller)
  return {
    root,
    show(time) {
      const part = clamp(time / video.duration, 0, 1)
      playhead.style.left = `${100 * part}%`
      const x = part * tracks.clientWidth
      const outside = x < scroller.scrollLeft || x > scroller.scrollLeft + scroller.clientWidth
      if (outside) scroller.scrollLeft = x - scroller.clientWidth / 2
      for (const { segment, button } of placed) {
        button.classList.toggle('now', segment.start <= time + 1e-3 && time < segment.end)
      }
    },
    showAnnotated: (visible) => root.classList.toggle('without-annotated', !visible),
    single(component, label) {
      for (const p of placed) {
        p.button.classList.toggle('dim', label !== undefined && p.component === component && p.segment.label !== label)
      }
    },
  }
}

export type LaneStyles = Record<Component, Map<string, Look>>

const laneName = (lane: Lane): string => `${heading(lane.component)}${lane.kind === 'annotated' ? ', annotated' : ''}`

function segmentButton(video: Video, lane: Lane, segment: Segment, row: number, style: Look) {
  const sure = segment.probability === undefined ? '' : `, ${percent(segment.probability)}`
  const words = `${segment.label}, ${clock(segment.start)} to ${clock(segment.end)}${sure}`
  const button = element(
    'button',
    { class: 'segment', type: 'button', title: words, 'aria-label': words },
    element('span', { class: 'segment-name' }, segment.label),
  )
  const left = segment.start / video.duration
  const width = (segment.end - segment.start) / video.duration
  const height = rowHeight[lane.kind]
  Object.assign(button.style, {
    left: `${100 * left}%`,
    width: `max(3px, calc(${100 * width}% - 1px))`,
    top: `${row * height + 1}px`,
    height: `${height - 2}px`,
    background: style.background,
    color: style.ink,
  })
  return button
}

/** The row of each segment, so that segments that overlap in time stand below each other. */
function stack(segments: Segment[]): number[] {
  const ends: number[] = []
  const rows = new Array<number>(segments.length).fill(0)
  const order = segments.map((_, index) => index).sort((a, b) => segments[a]!.start - segments[b]!.start)
  for (const index of order) {
    const { start, end } = segments[index]!
    const free = ends.findIndex((e) => e <= start + 1e-6)
    const row = free === -1 ? ends.length : free
    ends[row] = end
    rows[index] = row
  }
  return rows
}

function ticks(duration: number): HTMLElement[] {
  const step = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600].find((s) => duration / s <= 13) ?? 1800
  const marks: HTMLElement[] = []
  for (let at = 0; at <= duration; at += step) {
    const label = step < 1 ? clock(at) : clock(at).slice(0, -2)
    marks.push(element('span', { class: 'tick', style: `left:${(100 * at) / duration}%` }, label))
  }
  return marks
}

/** Pressing or dragging anywhere beside a segment moves the time. */
function scrubbing(tracks: HTMLElement, duration: number, seek: (time: number) => void): void {
  const timeAt = (event: PointerEvent) => {
    const box = tracks.getBoundingClientRect()
    return clamp((event.clientX - box.left) / box.width, 0, 1) * duration
  }
  tracks.addEventListener('pointerdown', (event) => {
    if ((event.target as Element).closest('.segment')) return
    tracks.setPointerCapture(event.pointerId)
    seek(timeAt(event))
  })
  tracks.addEventListener('pointermove', (event) => {
    if (tracks.hasPointerCapture(event.pointerId)) seek(timeAt(event))
  })
}
