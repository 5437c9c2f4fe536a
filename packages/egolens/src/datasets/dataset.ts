import { existsSync } from 'node:fs'
import { EgoLensError, nearest } from '../errors.js'
import { placeOf, tellFaults } from './faults.js'
import { IdIndex } from './id-index.js'
import type { Clip, Dataset, LabelSets, OnFault, UntrimmedVideo } from './types.js'

/** What a reader has found; {@link makeDataset} gives it the interface of a dataset. */
export interface DatasetParts {
  name: string
  root: string
  labels: LabelSets
  /** Clips by split, in the order of the result. */
  clips: Map<string, Clip[]>
  detections: Dataset['detections']
  detectionOptions?: Dataset['detectionOptions']
  warnings?: string[]
  onFault?: OnFault
}

/**
 * A dataset from its clips. Untrimmed videos are the clips of a split grouped by source, each in order of time.
 *
 * @throws EgoLensError `dataset/duplicate-id` when a split names two clips alike
 */
export function makeDataset(parts: DatasetParts): Dataset {
  for (const [split, clips] of parts.clips) {
    parts.clips.set(split, withoutDuplicates(clips, `${parts.name}, split ${split}`, parts.onFault))
  }
  const splits = [...parts.clips.keys()]
  const clips = (split: string): Clip[] => {
    const found = parts.clips.get(split)
    if (found) return found
    const similar = nearest(split, splits)
    throw new EgoLensError('dataset/unknown-split', `${parts.name} has no split "${split}"`, {
      where: parts.root,
      cure: similar.length > 0 ? `did you mean "${similar[0]}"?` : `the splits are ${splits.join(', ')}`,
    })
  }
  return {
    name: parts.name,
    root: parts.root,
    labels: parts.labels,
    splits,
    clips,
    untrimmed: (split) => groupBySource(clips(split)),
    detections: parts.detections,
    ...(parts.detectionOptions ? { detectionOptions: parts.detectionOptions } : {}),
    warnings: parts.warnings ?? [],
  }
}

/** Clips grouped into the videos that they are cut from, each video's clips in order of time. */
export function groupBySource(clips: readonly Clip[]): UntrimmedVideo[] {
  const videos = new Map<string, UntrimmedVideo>()
  for (const clip of clips) {
    let video = videos.get(clip.source)
    if (!video) {
      video = { id: clip.video, source: clip.source, segments: [] }
      if (clip.participant !== undefined) video.participant = clip.participant
      if (clip.frameRate !== undefined) video.frameRate = clip.frameRate
      if (clip.zeroNumber !== undefined) video.zeroNumber = clip.zeroNumber
      videos.set(clip.source, video)
    }
    video.segments.push(clip)
  }
  for (const video of videos.values()) video.segments.sort((a, b) => a.start - b.start || a.end - b.end)
  return [...videos.values()]
}

/** Videos of a split whose file is not there. */
export function missingSources(dataset: Dataset, split: string): UntrimmedVideo[] {
  return dataset.untrimmed(split).filter((video) => !existsSync(video.source))
}

/** The first of these paths that exists. */
export function firstExisting(candidates: readonly string[]): string | undefined {
  return candidates.find((path) => existsSync(path))
}

function withoutDuplicates(clips: Clip[], where: string, onFault?: OnFault): Clip[] {
  const ids = new IdIndex((row) => clips[row]!.id, clips.length)
  const again = new Set<number>()
  clips.forEach((clip, row) => {
    if (ids.add(clip.id, row) < 0) return
    again.add(row)
    tellFaults(() => {
      const place = placeOf(clip) ?? where
      throw new EgoLensError('dataset/duplicate-id', `two clips are called "${clip.id}"`, { where: place })
    }, onFault)
  })
  return again.size === 0 ? clips : clips.filter((_, row) => !again.has(row))
}
