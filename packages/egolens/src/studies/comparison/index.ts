export { runStudy, type StudyOptions, type StudyOutcome } from './run.js'
