import { EgoLensError } from '../errors.js'
import { frames } from '../video/frames.js'
import { contentHash } from '../video/hash.js'
import { probe } from '../video/timeline.js'
import type { ImageOptions } from '../video/types.js'
import type { SourceReport } from './types.js'

/** Enough to know that a frame decodes; anything larger is only copied. */
const SHORT_SIDE = 16

/**
 * Decodes every frame of a source once and hashes its bytes. Never throws for what the source is: that is in `why`.
 *
 * @param images the frame rate of a folder or a tar, which does not say it itself
 */
export async function checkSource(source: string, images: ImageOptions, signal?: AbortSignal): Promise<SourceReport> {
  const report: SourceReport = { source, ok: false, clips: 0 }
  try {
    const info = await probe(source, images)
    const { kind, codec, width, height, frameRate, variable, duration } = info
    Object.assign(report, { kind, codec, width, height, frameRate, variable, duration, frames: 0 })
    for await (const _ of frames(source, { ...images, shortSide: SHORT_SIDE, threads: 1 })) {
      report.frames!++
      signal?.throwIfAborted()
    }
    report.ok = report.frames === info.frames
    if (!report.ok) report.why = `${report.frames} of ${info.frames} frames can be decoded`
  } catch (error) {
    if (signal?.aborted) throw error
    report.why = inWords(error)
  }
  report.sha256 = await contentHash(source).catch(() => undefined)
  return report
}

/** The error without the path, which the table has beside it. */
function inWords(error: unknown): string {
  if (!(error instanceof EgoLensError)) return (error as Error).message
  return error.cure ? `${error.message} (${error.cure})` : error.message
}
