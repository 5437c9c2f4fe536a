// Hand and object boxes drawn over the video.
import { element, lastBefore, percent } from './dom.js'
import type { Detections, Video } from './page.js'

export interface Overlay {
  canvas: HTMLCanvasElement
  show(time: number): void
  visible(on: boolean): void
}

export function overlay(video: Video): Overlay {
  const canvas = element('canvas', { class: 'overlay', 'data-overlay': true })
  const lasts = holdTime(video.detections)
  let on = true
  let now = 0
  const draw = () => {
    const scale = devicePixelRatio || 1
    const width = Math.round(canvas.clientWidth * scale)
    const height = Math.round(canvas.clientHeight * scale)
    if (canvas.width !== width) canvas.width = width
    if (canvas.height !== height) canvas.height = height
    const context = canvas.getContext('2d')!
    context.clearRect(0, 0, width, height)
    const found = on ? video.detections[lastBefore(video.detections, now)] : undefined
    canvas.dataset.boxes = '0'
    if (!found || now - found.time > lasts) return
    canvas.dataset.boxes = String(found.hands.length + found.objects.length)
    for (const { box, score } of found.objects) drawBox(context, box, `object ${percent(score)}`, '#f0e442', scale)
    for (const { box, score, side } of found.hands) {
      const name = side ? `${side} hand` : 'hand'
      drawBox(context, box, `${name} ${percent(score)}`, side === 'left' ? '#56b4e9' : '#e69f00', scale)
    }
  }
  new ResizeObserver(draw).observe(canvas)
  return {
    canvas,
    show(time) {
      now = time
      draw()
    },
    visible(value) {
      on = value
      draw()
    },
  }
}

/** A box stays until the next detection, but not over a gap in them. */
function holdTime(detections: Detections[]): number {
  const gaps = detections.slice(1).map((d, i) => d.time - detections[i]!.time)
  gaps.sort((a, b) => a - b)
  return Math.max(0.1, 1.5 * (gaps[gaps.length >> 1] ?? 0.25))
}

function drawBox(
  context: CanvasRenderingContext2D,
  box: Detections['hands'][number]['box'],
  label: string,
  colour: string,
  scale: number,
): void {
  const { width, height } = context.canvas
  const [left, top] = [box[0] * width, box[1] * height]
  context.lineWidth = 2 * scale
  context.strokeStyle = colour
  context.strokeRect(left, top, (box[2] - box[0]) * width, (box[3] - box[1]) * height)
  context.font = `600 ${11 * scale}px system-ui, sans-serif`
  const textWidth = context.measureText(label).width + 8 * scale
  const above = top > 16 * scale
  const y = above ? top - 16 * scale : top
  context.fillStyle = colour
  context.fillRect(left - scale, y, textWidth, 16 * scale)
  context.fillStyle = '#10131a'
  context.fillText(label, left + 3 * scale, y + 12 * scale)
}
