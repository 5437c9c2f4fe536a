import type { RecognitionDocument } from './document.js'

/**
 * Actions as WebVTT subtitles (W3C), for any player: "cut onion (87 %)". Names are escaped; a note at the top says
 * when the recognition is not calibrated.
 */
export function recognitionWebVtt(document: RecognitionDocument): string {
  const notes = document.notes.map((note) => `NOTE ${plain(note)}\n\n`)
  const cues = document.segments.map(({ start, end, probability, verb, noun }, i) => {
    const names = [verb?.name, noun?.name].filter((name) => name !== undefined)
    const percent = `${Math.round(100 * probability)} %`
    return `${i + 1}\n${clock(start)} --> ${clock(Math.max(end, start + 0.001))}\n${plain(names.join(' '))} (${percent})\n\n`
  })
  return `WEBVTT\n\n${notes.join('')}${cues.join('')}`
}

/** HH:MM:SS.mmm; hours may have more than two digits. */
function clock(seconds: number): string {
  const ms = Math.round(seconds * 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const rest = String(ms % 1000).padStart(3, '0')
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${rest}`
}

/** Text on one line in which nothing is a tag, an entity or an arrow. */
function plain(text: string): string {
  return text
    .replace(/\p{Cc}|\u2028|\u2029/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
