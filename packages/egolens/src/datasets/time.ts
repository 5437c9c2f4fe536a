/**
 * Seconds of `SS`, `SS.ff`, `MM:SS.ff` or `HH:MM:SS.ff`; undefined when the text is none of these. Minutes and
 * seconds after a colon must be below 60. Computed as hours * 3600 + minutes * 60 + seconds in float64, the order
 * under which EPIC-KITCHENS' frame numbers come out exactly.
 *
 * @example parseTime('00:01:02.50') // 62.5
 */
export function parseTime(text: string): number | undefined {
  const match = /^(?:(?:(\d{1,4}):)?(\d{1,4}):)?(\d{1,7}(?:\.\d{1,9})?)$/.exec(text.trim())
  if (!match) return undefined
  const [, hours, minutes, seconds] = match
  const s = Number(seconds)
  if (minutes !== undefined && s >= 60) return undefined
  if (hours !== undefined && Number(minutes) >= 60) return undefined
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + s
}
