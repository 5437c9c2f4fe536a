// Prints "N passed, N failed[, N skipped]" from vitest's JSON report and the exit status of the whole run.
import { readFileSync } from 'node:fs'

const [file, status] = process.argv.slice(2)
let report
try {
  report = JSON.parse(readFileSync(file, 'utf8'))
} catch {
  report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] }
}
// A file that does not even load, or a failed check of style or types, fails no single test but fails the run.
const brokenFiles = report.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0).length
const failed = Math.max(report.numFailedTests + brokenFiles, Number(status) === 0 ? 0 : 1)
const skipped = report.numPendingTests + (report.numTodoTests ?? 0)
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`)
