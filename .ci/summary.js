// Prints what the test runner's result file says, last of all "N passed, N failed"; fails on any failure, on no test,
// and on a skipped test where the recorded data that it needs lies beside the checkout.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [file, runnerStatus] = process.argv.slice(2)
const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
if (!results) {
  console.log('The test runner left no result file.')
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests = 0, testResults } = results
// A file that does not load has no failed test of its own.
const brokenFiles = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.every((one) => one.status !== 'failed'),
)
for (const { name, message } of brokenFiles) console.log(`does not run: ${name}\n${message}`)
const skipped = numPendingTests + numTodoTests
const recorded = existsSync(join(import.meta.dirname, '..', '..', 'shared', 'data'))
if (skipped > 0) {
  for (const { name, assertionResults } of testResults) {
    for (const { status, fullName } of assertionResults) {
      if (status !== 'passed' && status !== 'failed') console.log(`skipped: ${name}: ${fullName}`)
    }
  }
}
const failed = numFailedTests + brokenFiles.length
if (skipped > 0 && recorded) console.log(`${skipped} skipped although the recorded data is there.`)
console.log(`${passed} passed, ${failed} failed`)
const good = failed === 0 && passed > 0 && runnerStatus === '0' && !(skipped > 0 && recorded)
process.exit(good ? 0 : 1)
