export { type Report, type ReportData, type ReportTable, reportSchema } from './data.js'
export { type RecognisedVideo, reportVideo } from './from-recognition.js'
export { reportTable } from './from-table.js'
export { writeReport } from './write.js'
