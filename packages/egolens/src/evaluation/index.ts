export { actionAccuracy } from './action.js'
export { actionTable } from './action-table.js'
export { baseNovelTable } from './base-novel-table.js'
export { type PairedDifference, pairedBootstrap } from './bootstrap.js'
export { type Decision, decisions, expectedCalibrationError } from './calibration-error.js'
export {
  type CompareOptions,
  type Comparison,
  compare,
  differenceText,
  type RowDifference,
  tablesOf,
} from './compare.js'
export { toCsv } from './csv.js'
export { differenceTables } from './difference-table.js'
export { editScore } from './edit-score.js'
export { type FalseAlarms, falseAlarms } from './false-alarms.js'
export { tableSvg } from './figure.js'
export { harmonicMean } from './harmonic-mean.js'
export { meanClassAccuracy } from './mean-class.js'
export { metric } from './metric-names.js'
export { paperTable } from './paper-table.js'
export { evaluate, type ProtocolOptions, type ScoredTest } from './protocols.js'
export {
  type PublishedBlock,
  type PublishedRow,
  type PublishedTable,
  publishedTable,
  publishedTables,
  type Quantity,
} from './published/index.js'
export { tableCsv, tableMarkdown, tableText } from './render-table.js'
export {
  type Prediction,
  predictionsCsv,
  type Result,
  readResult,
  resultSchema,
  type TestResult,
  writeResult,
} from './result.js'
export { type ScoredClip, softmax, top } from './scores.js'
export { segmentF1 } from './segment-f1.js'
export { type ScoredSegment, type SegmentMap, segmentMap } from './segment-map.js'
export { type Interval, type LabelledSegment, temporalIoU } from './segments.js'
export { type Spread, spread } from './spread.js'
export { type SubsetSpace, subsetAccuracy } from './subset.js'
export { type ColumnGroup, cellText, type Missing, type Table, type TableRow } from './table.js'
export { crossTable, sharedNovelTable, type TableOptions } from './tables.js'
export { top1 } from './top1.js'
