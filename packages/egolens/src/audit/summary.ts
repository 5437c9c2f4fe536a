import { datasets as readers } from '../datasets/registry.js'
import type { Dataset } from '../datasets/types.js'
import { type DatasetReport, note, type Problem } from './types.js'

/** Classes that are tested and never trained, or that never occur. */
export function classNotes(dataset: Dataset): Problem[] {
  return (['verb', 'noun'] as const).flatMap((component) => {
    const names = dataset.labels[component]?.names
    if (!names) return []
    const used = (pick: (split: string) => boolean) =>
      new Set(dataset.splits.filter(pick).flatMap((split) => dataset.clips(split).map((clip) => clip[component])))
    const [train, test] = [used((split) => /train/.test(split)), used((split) => !/train/.test(split))]
    const untaught = [...test].filter((label) => label !== undefined && !train.has(label)).map((label) => names[label!])
    const never = names.filter((_, label) => !train.has(label) && !test.has(label)).length
    return [
      ...(train.size > 0 && untaught.length > 0
        ? [
            note(
              'classes/untaught',
              dataset.root,
              `${component}s: ${untaught.slice(0, 8).join(', ')}${untaught.length > 8 ? `, ... (${untaught.length})` : ''}`,
            ),
          ]
        : []),
      ...(never > 0
        ? [note('classes/unused', dataset.root, `${never} of ${names.length} ${component}s occur in no split`)]
        : []),
    ]
  })
}

/** A dataset in figures. */
export function summary(dataset: Dataset, root: string): DatasetReport {
  return {
    name: dataset.name,
    title: readers.get(dataset.name)?.title ?? dataset.name,
    root,
    splits: dataset.splits.map((name) => {
      const clips = dataset.clips(name)
      return {
        name,
        clips: clips.length,
        videos: new Set(clips.map(({ source }) => source)).size,
        participants: new Set(clips.flatMap(({ participant }) => participant ?? [])).size,
        seconds: clips.reduce((sum, { start, end }) => sum + end - start, 0),
      }
    }),
    classes: (['verb', 'noun'] as const).flatMap((component) => {
      const count = dataset.labels[component]?.names.length
      if (count === undefined) return []
      const labels = dataset.splits.flatMap((split) => dataset.clips(split).map((clip) => clip[component]))
      return [{ component, count, used: new Set(labels.filter((label) => label !== undefined)).size }]
    }),
  }
}
