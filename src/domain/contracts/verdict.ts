/** How a report of the second phase ends: the last word of the files 07 to 10. */
export interface ReportVerdict {
  readonly outcome: 'pass' | 'fail' | 'not-enough-evidence' | 'not-applicable' | 'stale'
  /** One sentence for a person, figures included. */
  readonly sentence: string
}
