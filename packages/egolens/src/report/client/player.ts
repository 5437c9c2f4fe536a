// One video with everything that belongs to it.

import { looks } from './colours.js'
import { clamp, element } from './dom.js'
import { legend } from './legend.js'
import { nowPanel } from './now.js'
import { type Overlay, overlay } from './overlay.js'
import type { Video } from './page.js'
import { type Timeline, timeline } from './timeline.js'

export interface Player {
  root: HTMLElement
  pause(): void
}

export function player(video: Video): Player {
  const media = element('video', {
    src: video.src,
    controls: true,
    playsinline: true,
    muted: true,
    preload: 'auto',
    width: video.width,
    height: video.height,
  })
  const seek = (time: number) => {
    media.currentTime = clamp(time, 0, video.duration)
    show(time)
  }
  const styles = { verb: looks(video.lanes, 'verb'), noun: looks(video.lanes, 'noun') }
  const boxes = overlay(video)
  const lanes = timeline(video, styles, seek)
  const now = nowPanel(video, styles)
  const show = (time: number) => {
    boxes.show(time)
    lanes.show(time)
    now.show(time)
  }
  follow(media, show)
  const stage = element(
    'div',
    { class: 'stage', style: `aspect-ratio:${video.width}/${video.height};--shape:${video.width / video.height}` },
    media,
    boxes.canvas,
  )
  const root = element(
    'article',
    { class: 'player' },
    ...video.notes.map((note) => element('p', { class: 'note' }, note)),
    element('div', { class: 'upper' }, stage, now.root),
    controls(video, boxes, lanes),
    lanes.root,
    legend(video, styles, lanes),
  )
  keys(root, media, video, seek)
  show(0)
  return { root, pause: () => media.pause() }
}

/** Calls `show` at every frame that the browser presents, and after every seek. */
function follow(media: HTMLVideoElement, show: (time: number) => void): void {
  const onFrame = (_now: number, frame: VideoFrameCallbackMetadata) => {
    if (!media.paused) show(frame.mediaTime)
    media.requestVideoFrameCallback(onFrame)
  }
  if ('requestVideoFrameCallback' in media) media.requestVideoFrameCallback(onFrame)
  for (const event of ['timeupdate', 'seeking', 'seeked']) media.addEventListener(event, () => show(media.currentTime))
}

function controls(video: Video, boxes: Overlay, lanes: Timeline): HTMLElement {
  const root = element('div', { class: 'controls' })
  if (video.detections.length) root.append(checkbox('hand boxes', 'boxes', (on) => boxes.visible(on)))
  if (video.lanes.some((lane) => lane.kind === 'annotated')) {
    root.append(checkbox('annotated lanes', 'annotated', (on) => lanes.showAnnotated(on)))
  }
  const zoom = element('input', {
    type: 'range',
    min: 1,
    max: 12,
    step: 0.5,
    value: 1,
    'aria-label': 'zoom of the timeline',
  })
  zoom.addEventListener('input', () => lanes.root.style.setProperty('--zoom', zoom.value))
  root.append(element('label', { class: 'zoom' }, 'zoom', zoom))
  root.append(element('span', { class: 'keys' }, 'space plays, ← → step, [ ] previous and next action'))
  return root
}

function checkbox(words: string, name: string, changed: (on: boolean) => void): HTMLElement {
  const input = element('input', { type: 'checkbox', checked: true, 'data-toggle': name })
  input.addEventListener('change', () => changed(input.checked))
  return element('label', {}, input, words)
}

function keys(root: HTMLElement, media: HTMLVideoElement, video: Video, seek: (time: number) => void): void {
  const starts = [
    ...new Set(video.lanes.filter((l) => l.kind === 'recognised').flatMap((l) => l.segments.map((s) => s.start))),
  ]
  starts.sort((a, b) => a - b)
  const actions: Record<string, () => void> = {
    ' ': () => void (media.paused ? media.play() : media.pause()),
    ArrowLeft: () => seek(media.currentTime - 0.5),
    ArrowRight: () => seek(media.currentTime + 0.5),
    '[': () => seek(starts.findLast((s) => s < media.currentTime - 0.05) ?? 0),
    ']': () => seek(starts.find((s) => s > media.currentTime + 0.05) ?? media.currentTime),
  }
  document.addEventListener('keydown', (event) => {
    const busy = (event.target as Element).closest('input, button, video') && ' ArrowLeftArrowRight'.includes(event.key)
    if (root.hidden || busy || event.ctrlKey || event.metaKey || event.altKey) return
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  })
}
