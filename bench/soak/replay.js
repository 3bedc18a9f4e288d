// The span once more, from the recorded rows, in another process.
import { writeFile } from 'node:fs/promises'

/**
 * Runs `kwx rt-loop --replay --assert`.
 *
 * @param kwx  runs a command to its end
 * @param file  takes the whole answer
 * @returns its counts, and what it found wrong or null
 */
export async function replaySpan(kwx, { given, from, to, file }) {
  const instant = (minute) => new Date(minute * 60_000).toISOString()
  const span = ['--from', instant(from), '--to', instant(to)]
  const { status, stdout, stderr } = kwx('rt-loop', ...given, '--replay', ...span, '--assert')
  await writeFile(file, stdout)
  const { result, error } = parsed(stdout)
  const counts = result && { ...result, differences: result.differences.length }
  if (status === 0) return { counts, wrong: null }
  const found = result
    ? `${result.differences.length} differences, for example ${JSON.stringify(result.differences[0])}`
    : (error?.message ?? stderr.slice(-500))
  return { counts, wrong: `the replay ended with ${status}: ${found}` }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
