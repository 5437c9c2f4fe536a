import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { EgoLensError } from '../errors.js'
import { entriesOf, entryOf, notDetections } from './content.js'
import { dohFrame, isDohFrame } from './doh.js'
import type { DetectionFormat } from './formats.js'
import type { FrameDetections } from './types.js'

/**
 * The detections of Ego4D released with helping_hand_for_egocentric_videos: a folder a video with a pickle for every
 * 600 s, `<video_uid>/<k>.handobj.pkl`: start of an EgoClip clip (s, three decimals) -> `info` (height, width) and raw
 * 100DOH output for the frames 0 to 3. The release does not give the frames' times; they are taken as the middles of the
 * clip's quarters, as its loader samples, so EgoClip must say where a clip ends.
 *
 * Source: Chuhanxx/helping_hand_for_egocentric_videos, README and data_loader/EgoClip_EgoMCQ_dataset.py.
 */
export const helpingHands: DetectionFormat = {
  title: 'detections of helping_hand_for_egocentric_videos',
  fits(content) {
    const clip = entriesOf(content)?.[0]?.[1]
    return entryOf(clip, 'info') !== undefined && (entriesOf(clip) ?? []).some(([, frame]) => isDohFrame(frame))
  },
  read(content, where, options) {
    const found: FrameDetections[] = []
    for (const [key, clip] of entriesOf(content)!) {
      const start = Number(key)
      const size = {
        width: Number(entryOf(entryOf(clip, 'info'), 'width')),
        height: Number(entryOf(entryOf(clip, 'info'), 'height')),
      }
      if (!Number.isFinite(start) || !(size.width >= 1) || !(size.height >= 1)) {
        throw notDetections(`the clip ${String(key)} has no start, width or height`, where)
      }
      const end = endOf(start, options.clipEnds, where)
      if (end === undefined) continue
      const frames = entriesOf(clip)!.filter(([, frame]) => isDohFrame(frame))
      for (const [i, frame] of frames) {
        if (![0, 1, 2, 3].includes(Number(i))) throw notDetections(`the clip ${start} has a frame ${String(i)}`, where)
        const time = Math.max(0, start) + ((Number(i) + 0.5) / 4) * (end - Math.max(0, start))
        found.push({ time, ...dohFrame(frame, `${where}: clip ${start}, frame ${i}`, size, options) })
      }
    }
    return found
  },
}

/** A clip that EgoClip lists no more is left out; its loader, too, forgives a millisecond. */
function endOf(start: number, ends: ReadonlyMap<number, number> | undefined, where: string): number | undefined {
  if (!ends) {
    throw new EgoLensError(
      'hands/no-clips',
      'these detections are of EgoClip clips, and nothing says where those end',
      {
        where,
        cure: "name EgoClip's table: egoclip: egoclip.csv beside detections",
      },
    )
  }
  const at = Math.round(start * 1000)
  return ends.get(at) ?? ends.get(at - 1) ?? ends.get(at + 1)
}

/**
 * Ends (s) of EgoClip's clips by video and by start in milliseconds, from egoclip.csv (tabs between columns; lines with
 * stray tabs are skipped, as EgoClip's own loader does). The file is streamed.
 *
 * @param videos only these, since the table has 3.8 million rows
 */
export async function readClipEnds(
  path: string,
  videos: ReadonlySet<string>,
): Promise<Map<string, Map<number, number>>> {
  const ends = new Map<string, Map<number, number>>()
  let columns: string[] | undefined
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const line of lines) {
      const cells = line.split('\t')
      if (!columns) {
        columns = cells.map((cell) => cell.trim())
        const missing = ['video_uid', 'clip_start', 'clip_end'].filter((name) => !columns!.includes(name))
        if (missing.length === 0) continue
        throw new EgoLensError('dataset/missing-column', `no column "${missing[0]}"`, { where: `${path}:1` })
      }
      const cell = (name: string) => cells[columns!.indexOf(name)]!
      if (cells.length !== columns.length || !videos.has(cell('video_uid'))) continue
      const [start, end] = [Number(cell('clip_start')), Number(cell('clip_end'))]
      if (!(end > start)) continue
      const clips = ends.get(cell('video_uid')) ?? new Map<number, number>()
      ends.set(cell('video_uid'), clips.set(Math.round(start * 1000), end))
    }
  } catch (cause) {
    if (cause instanceof EgoLensError) throw cause
    throw new EgoLensError('hands/unreadable', (cause as Error).message, { where: path, cause })
  }
  return ends
}
