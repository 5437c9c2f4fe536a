export { type Report, type ReportData, type ReportTable, reportSchema } from './data.js'
export { reportTable } from './from-table.js'
export { writeReport } from './write.js'
