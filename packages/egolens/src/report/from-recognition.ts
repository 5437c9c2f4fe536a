import { basename } from 'node:path'
import type { Component, LabelSets, UntrimmedVideo } from '../datasets/types.js'
import type { FrameDetections } from '../hands/types.js'
import type { Recognition } from '../recognition/recognise.js'
import type { ActionSegment, LabelScore } from '../recognition/types.js'
import { probe } from '../video/timeline.js'
import type { ReportData } from './data.js'

type Video = NonNullable<ReportData['videos']>[number]

export interface RecognisedVideo {
  source: string
  /** Images a second, where the source is a folder or a tar of images. */
  frameRate?: number
  title?: string
  recognition: Recognition
  labels: LabelSets
  /** What is annotated, if it is known. */
  truth?: UntrimmedVideo['segments']
  detections?: readonly FrameDetections[]
  /** Said above the video, besides the recognition's own notes. */
  notes?: readonly string[]
}

/** A recognised video as a report shows it. */
export async function reportVideo(given: RecognisedVideo): Promise<Video> {
  const { source, recognition, labels, truth, detections = [], notes = [] } = given
  const images = given.frameRate === undefined ? {} : { frameRate: given.frameRate }
  const { width, height, duration } = await probe(source, images)
  const components = (['verb', 'noun'] as const).filter((component) => labels[component])
  const names = (component: Component, scores: LabelScore[] | undefined) =>
    scores?.map(({ label, probability }) => ({ label: labels[component]!.names[label]!, probability }))
  return {
    title: given.title ?? basename(source),
    file: source,
    ...images,
    width,
    height,
    duration,
    notes: [...notes, ...recognition.notes],
    lanes: [
      ...components.map((component) => ({
        component,
        kind: 'recognised' as const,
        segments: recognition.segments.flatMap((segment) => recognised(segment, component, labels)),
      })),
      ...(truth ? components.map((component) => annotated(truth, component, labels)) : []),
    ],
    moments: recognition.moments.map((moment) => ({
      time: moment.time,
      ...Object.fromEntries(components.map((component) => [component, names(component, moment[component]) ?? []])),
    })),
    detections: detections.map(({ time, hands, objects }) => ({
      time,
      hands: hands.map(({ box, score, side }) => ({ box: [...box], score, ...(side ? { side } : {}) })),
      objects: objects.filter((object) => object.contact !== false).map(({ box, score }) => ({ box: [...box], score })),
    })),
  }
}

function recognised({ start, end, ...segment }: ActionSegment, component: Component, labels: LabelSets) {
  const found = segment[component]
  if (!found) return []
  const name = (label: number) => labels[component]!.names[label]!
  const top = found.top.map(({ label, probability }) => ({ label: name(label), probability }))
  return [{ start, end, label: name(found.label), probability: found.probability, top }]
}

function annotated(truth: UntrimmedVideo['segments'], component: Component, labels: LabelSets) {
  const segments = truth.flatMap((clip) => {
    const label = clip[component]
    return label === undefined ? [] : [{ start: clip.start, end: clip.end, label: labels[component]!.names[label]! }]
  })
  return { component, kind: 'annotated' as const, segments }
}
