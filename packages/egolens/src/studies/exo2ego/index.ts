export { fullSize, quickSize, studyRuns } from './plan.js'
export type { Exo2EgoOutcome } from './report.js'
export { type Exo2EgoStudyOptions, runExo2EgoStudy } from './run.js'
