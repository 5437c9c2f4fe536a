// Classes are told apart by colour and, from the ninth class on, by pattern: Okabe and Ito's palette stays
// distinguishable with every common kind of colour blindness, but it has eight colours.
import type { Component, Lane } from './page.js'

export interface Look {
  background: string
  ink: string
}

export const palette = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#8a8f98']
const patterns = [
  '',
  'repeating-linear-gradient(135deg, #fff6 0 3px, #fff0 3px 9px)',
  'repeating-linear-gradient(45deg, #0003 0 2px, #0000 2px 6px)',
  'repeating-linear-gradient(90deg, #fff5 0 2px, #fff0 2px 6px)',
]

/** The most frequent class gets the first colour, in every lane of the component alike. */
export function looks(lanes: Lane[], component: Component): Map<string, Look> {
  const counts = countLabels(lanes.filter((lane) => lane.component === component))
  return new Map([...counts.keys()].map((label, rank) => [label, look(rank)]))
}

export function countLabels(lanes: Lane[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const lane of lanes) {
    for (const segment of lane.segments) counts.set(segment.label, (counts.get(segment.label) ?? 0) + 1)
  }
  return new Map([...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])))
}

function look(rank: number): Look {
  const colour = palette[rank % palette.length]!
  const pattern = patterns[Math.floor(rank / palette.length) % patterns.length]!
  return { background: pattern ? `${pattern}, ${colour}` : colour, ink: inkOn(colour) }
}

/** Black or white, whichever has more contrast by WCAG's relative luminance. */
function inkOn(hex: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
  return luminance > 0.22 ? '#10131a' : '#ffffff'
}
