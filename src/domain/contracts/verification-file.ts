/** One check of a pilot, executed. */
export interface VerificationCheck {
  /** A window's name, or `pilot` for what concerns all of them. */
  readonly window: string
  readonly check: string
  readonly passed: boolean
  /** What was measured; a count of differences where the demand is that there is none. */
  readonly value: number | string | null
  /** What was demanded of it. */
  readonly threshold: number | string | null
  /** What was done and seen, for people. */
  readonly sentence: string
}

/** `verification.json` of verify:pilot. */
export interface VerificationFile {
  readonly passed: boolean
  readonly checks: readonly VerificationCheck[]
}
