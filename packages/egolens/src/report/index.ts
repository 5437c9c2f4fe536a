export { type Report, type ReportData, type ReportTable, reportSchema } from './data.js'
export { writeReport } from './write.js'
