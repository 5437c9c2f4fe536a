import { z } from 'zod'
import type { ReportData } from './data.js'

type CurveInput = NonNullable<ReportData['curves']>[number]
type Points = [number, number][]

/** A run's log and how its curves are called. */
export interface LoggedRun {
  name: string
  /** What log.jsonl holds. */
  log: string
}

const line = z.looseObject({ kind: z.string(), step: z.number().optional() })

/** What every line of an epoch has; numbers beside these are what a method tells of itself. */
const common = new Set(['kind', 'epoch', 'step', 'stage', 'loss', 'accuracy', 'lr', 'seconds', 'validation'])

/**
 * Training curves: the loss of all runs by step, and a figure for each diagnostic of their methods by the step at which
 * an epoch ended, such as the usage entropy of a prompt pool.
 *
 * @example await writeReport({ title: 'Pool sizes', curves: trainingCurves([{ name: 'M = 8', log }]) }, 'report.html')
 */
export function trainingCurves(runs: readonly LoggedRun[], title = 'Training loss'): CurveInput[] {
  const read = runs.map(({ name, log }) => ({ name, lines: parse(log) }))
  const loss = read.map(({ name, lines }) => ({ name, points: smooth(pointsOf(lines, 'step', 'loss')) }))
  const epochs = read.flatMap(({ lines }) => lines.filter(({ kind }) => kind === 'epoch'))
  const keys = new Set(epochs.flatMap((at) => Object.keys(at).filter((key) => isDiagnostic(key, at[key]))))
  const diagnostics = [...keys].map((key) => ({
    title: key,
    x: 'step',
    y: key,
    series: some(read.map(({ name, lines }) => ({ name, points: pointsOf(lines, 'epoch', key) }))),
  }))
  const all = { title: `${title}, mean of 10 steps`, x: 'step', y: 'loss', series: some(loss) }
  return [...(all.series.length > 0 ? [all] : []), ...diagnostics.filter(moves)]
}

type Line = z.output<typeof line>

/** The last line of a run that is going on may be cut off. */
function parse(log: string): Line[] {
  return log.split('\n').flatMap((text) => {
    try {
      return [line.parse(JSON.parse(text))]
    } catch {
      return []
    }
  })
}

function pointsOf(lines: Line[], of: string, key: string): Points {
  return lines.flatMap(({ kind, step, ...values }): Points => {
    const value = values[key]
    return kind === of && step !== undefined && typeof value === 'number' ? [[step, value]] : []
  })
}

const isDiagnostic = (key: string, value: unknown) => !common.has(key) && typeof value === 'number'

/** A value that is fixed, such as X-MIC's lambda, is no curve. */
const moves = ({ series }: CurveInput) =>
  new Set(series.flatMap(({ points }) => points.map(([, value]) => value))).size > 1

const some = <T extends { points: Points }>(series: T[]) => series.filter(({ points }) => points.length > 0)

/** Single steps of a small batch jump too much to see anything. */
function smooth(points: Points, width = 10): Points {
  const groups = Math.ceil(points.length / width)
  return Array.from({ length: groups }, (_, i) => {
    const group = points.slice(i * width, (i + 1) * width)
    return [group.at(-1)![0], group.reduce((sum, [, loss]) => sum + loss, 0) / group.length]
  })
}
