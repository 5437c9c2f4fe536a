export { type RecognitionStudyOptions, type RecognitionStudyOutcome, runRecognitionStudy } from './run.js'
