// Small helpers of the page. Texts only ever reach the document as text nodes and attributes.

type Attributes = Record<string, string | number | boolean | undefined>

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    made.setAttribute(name, value === true ? '' : String(value))
  }
  made.append(...children)
  return made
}

/** 75.5 -> "1:15.5" */
export function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const rest = (seconds - minutes * 60).toFixed(1)
  return `${minutes}:${rest.padStart(4, '0')}`
}

export const percent = (part: number): string => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`

export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Index of the last item whose time is at most `time`, or -1. */
export function lastBefore(items: { time: number }[], time: number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (items[middle]!.time <= time + 1e-6) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** 'verb' -> "Verbs" */
export const heading = (component: string): string => `${component[0]!.toUpperCase()}${component.slice(1)}s`
