import type { VerificationCheck } from 'kwx/contracts'

export type Finding = Omit<VerificationCheck, 'window'>

/** A finding that passes while there is no difference: `value` counts them, the first is told. */
export function noDifference(check: string, done: string, differences: readonly string[]): Finding {
  const passed = differences.length === 0
  const more = differences.length > 1 ? ` and ${differences.length - 1} more` : ''
  const sentence = passed ? `${done}.` : `${differences[0]}${more}.`
  return {
    check,
    passed,
    value: differences.length,
    threshold: 0,
    sentence: sentence[0]!.toUpperCase() + sentence.slice(1),
  }
}

/** A finding that passes while the value is a number up to the threshold. */
export function atMost(check: string, value: number, threshold: number, what: string): Finding {
  const passed = value <= threshold
  const sentence = `${what} is ${value.toExponential(2)}, ${passed ? 'within' : 'beyond'} ${threshold}.`
  return { check, passed, value: Number.isFinite(value) ? value : String(value), threshold, sentence }
}
