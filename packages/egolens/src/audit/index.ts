export { type AuditOptions, auditData } from './audit.js'
export { auditPage, writeAuditPage } from './page.js'
export { auditText } from './text.js'
export type { Audit, DatasetReport, Problem, SourceReport } from './types.js'
