import type { ReportDifference } from './differences.ts'

/** A figure of a file by its JSON pointer, as written and as computed again. */
export type Figure = readonly [at: string, written: number | null, recomputed: number | null]

/** Sums taken in another order differ by less than this, relative to the figure. */
const TOLERANCE = 1e-12

/** The figures that are not what they should be. */
export const differingFigures = (file: string, figures: readonly Figure[]): ReportDifference[] =>
  figures
    .filter(([, written, recomputed]) => !near(written, recomputed))
    .map(([at, written, recomputed]) => ({ file, at, written, recomputed }))

const near = (a: number | null, b: number | null) =>
  a === null || b === null ? a === b : Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b))
