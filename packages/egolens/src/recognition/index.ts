export { argmaxPerWindow, oracleBoundaries } from './baselines.js'
export { calibrate } from './calibrate.js'
export { type Calibration, calibrationSchema, parseCalibration } from './calibration.js'
export { evaluateRecognition, type RecognitionEvaluation, type RecognitionScores, scoreSegments } from './evaluate.js'
export { recognitionCsv } from './formats/csv.js'
export {
  parseRecognition,
  type RecognitionDocument,
  recognitionDocument,
  recognitionSchema,
} from './formats/document.js'
export { recognitionWebVtt } from './formats/webvtt.js'
export { type Recognition, recognise } from './recognise.js'
export type { ScoreOptions } from './score-windows.js'
export { type RecognitionTable, recognitionTable, recognitionTableText, segmentMapTable } from './table.js'
export type {
  ActionSegment,
  AnnotatedVideo,
  LabelScore,
  Recognised,
  ScoredVideo,
  Scorer,
  TrueAction,
  WindowScores,
} from './types.js'
