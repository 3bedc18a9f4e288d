import type { Random } from '../../base/random/index.ts'
import { checkSetting, checkShape, checkValues, isOutcome, isProbability } from './check-columns.ts'
import { decomposeBrier } from './decomposition.ts'

/** Test of miscalibration without bins. */
export interface SignFlipTest {
  /** CORP miscalibration of the weighted Brier score, >= 0, as `decomposeBrier` gives it. */
  readonly miscalibration: number
  /** Mean miscalibration of the draws: what a calibrated forecast of these days would show. */
  readonly expected: number
  /** (1 + draws at or above the observed) / (draws + 1), in (0, 1]. */
  readonly pValue: number
  readonly draws: number
  readonly days: number
}

/** Cells of neighbouring probabilities; a cell of 1,000 holds about a tenth of a cent of probability. */
const CELLS = 1000

/**
 * Tests calibration by the CORP miscalibration of the Brier score, with days as blocks.
 *
 * Under the null the residuals y − p of a day have mean 0 given p. A draw multiplies all residuals of a day by one
 * random sign and recalibrates the pseudo-outcomes y* = p + s_day (y − p) by isotonic regression on p. Its
 * miscalibration is mean((y* − p)²) − mean((y* − recalibrated)²). The sign keeps the dependence inside a day.
 *
 * More than 1,000 distinct probabilities are first gathered into cells of neighbours of nearly equal weight; equal
 * probabilities are never parted. A cell has the mean p and mean y* of its rows. Observed and drawn statistics use the
 * same cells, so the p-value compares like with like; with at most 1,000 distinct probabilities it is the CORP figure.
 *
 * @param day  block of each row, shape [n], whole numbers
 * @param y  outcomes, 0 or 1, shape [n]
 * @param p  probabilities in [0, 1], shape [n]
 * @param weight  weights > 0, shape [n]
 * @param draws  whole number >= 99; 1,999 by default, which resolves a level of 0.025 to 0.0035 (one standard error)
 * @returns NaN figures without a row; pValue 1 where every residual is 0
 * @throws KwxError SCORE_SHAPE, SCORE_VALUE, SCORE_SETTING
 * @source Dimitriadis, Gneiting & Jordan 2021, PNAS 118(8); signs of clusters: Cameron, Gelbach & Miller 2008 (wild
 *   cluster bootstrap), Canay, Romano & Shaikh 2017 (randomisation by approximate symmetry)
 * @cost O(n log n + draws · (distinct pairs of cell and day + cells)) time; pairs <= n
 */
export function signFlipTest(
  {
    day,
    y,
    p,
    weight,
  }: { day: ArrayLike<number>; y: ArrayLike<number>; p: ArrayLike<number>; weight: ArrayLike<number> },
  random: Random,
  draws = 1999,
): SignFlipTest {
  checkShape({ day, y, p, weight })
  checkValues('day', day, Number.isSafeInteger, 'a whole number')
  checkValues('outcome', y, isOutcome, '0 or 1')
  checkValues('probability', p, isProbability, 'a number in [0, 1]')
  checkValues('weight', weight, (w) => w > 0 && w < Infinity, 'a number above 0')
  checkSetting('draws', draws, Number.isInteger(draws) && draws >= 99, 'a whole number of at least 99')
  const table = cellTable(day, y, p, weight)
  const { miscalibration } = decomposeBrier(y, p, weight)
  if (table.days === 0) return { miscalibration, expected: Number.NaN, pValue: Number.NaN, draws, days: 0 }
  const signs = new Float64Array(table.days).fill(1)
  const work = workspace(table)
  const observed = drawMiscalibration(table, signs, work)
  // Draws that repeat the observed signs differ in rounding only.
  const bar = observed - 1e-12 * (observed + 1e-3)
  let reached = 0
  let sum = 0
  for (let k = 0; k < draws; k++) {
    for (let d = 0; d < signs.length; d++) signs[d] = random.uniform() < 0.5 ? -1 : 1
    const drawn = drawMiscalibration(table, signs, work)
    sum += drawn
    if (drawn >= bar) reached++
  }
  return { miscalibration, expected: sum / draws, pValue: (1 + reached) / (draws + 1), draws, days: table.days }
}

/** Residuals per pair of cell and day, cells by rising p; pairs of cell c are [start[c], start[c + 1]). */
interface CellTable {
  readonly days: number
  readonly cellWeight: Float64Array
  readonly cellP: Float64Array
  readonly start: Int32Array
  readonly pairDay: Int32Array
  /** Σ w (y − p) of the pair. */
  readonly pairResidual: Float64Array
  readonly total: number
}

function cellTable(
  day: ArrayLike<number>,
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  weight: ArrayLike<number>,
): CellTable {
  const n = p.length
  const index = new Map(
    Array.from(new Set(Array.from(day)).values())
      .sort((a, b) => a - b)
      .map((one, d) => [one, d]),
  )
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b)
  let total = 0
  let distinct = 0
  for (let k = 0; k < n; k++) {
    total += weight[k]!
    if (k === 0 || p[order[k]!] !== p[order[k - 1]!]) distinct++
  }
  const least = distinct <= CELLS ? 0 : total / CELLS
  const [cellWeight, cellP, start, pairDay, pairResidual] = [[], [], [0], [], []] as number[][]
  const residual = new Float64Array(index.size)
  const seen = new Set<number>()
  let w = 0
  let wp = 0
  for (let k = 0; k < n; k++) {
    const i = order[k]!
    const d = index.get(day[i]!)!
    seen.add(d)
    residual[d]! += weight[i]! * (y[i]! - p[i]!)
    w += weight[i]!
    wp += weight[i]! * p[i]!
    const next = order[k + 1]
    if (next !== undefined && (p[next] === p[i] || w < least)) continue
    for (const one of seen) {
      pairDay!.push(one)
      pairResidual!.push(residual[one]!)
      residual[one] = 0
    }
    seen.clear()
    cellWeight!.push(w)
    cellP!.push(wp / w)
    start!.push(pairDay!.length)
    w = 0
    wp = 0
  }
  return {
    days: index.size,
    cellWeight: Float64Array.from(cellWeight!),
    cellP: Float64Array.from(cellP!),
    start: Int32Array.from(start!),
    pairDay: Int32Array.from(pairDay!),
    pairResidual: Float64Array.from(pairResidual!),
    total,
  }
}

const workspace = ({ cellP }: CellTable) => ({
  value: new Float64Array(cellP.length),
  weight: new Float64Array(cellP.length),
})

/** Miscalibration of the pseudo-outcomes under these signs; Σ over cells of W ((ȳ* − p̄)² − (ȳ* − level)²) / Σ W. */
function drawMiscalibration(
  { cellWeight, cellP, start, pairDay, pairResidual, total }: CellTable,
  signs: Float64Array,
  { value, weight }: { value: Float64Array; weight: Float64Array },
): number {
  let error = 0
  let squares = 0
  let levels = 0
  for (let c = 0; c < cellP.length; c++) {
    let shift = 0
    for (let k = start[c]!; k < start[c + 1]!; k++) shift += signs[pairDay[k]!]! * pairResidual[k]!
    let w = cellWeight[c]!
    shift /= w
    let mean = cellP[c]! + shift
    error += w * shift * shift
    squares += w * mean * mean
    while (levels > 0 && value[levels - 1]! >= mean) {
      levels--
      const both = w + weight[levels]!
      mean = (mean * w + value[levels]! * weight[levels]!) / both
      w = both
    }
    value[levels] = mean
    weight[levels] = w
    levels++
  }
  for (let l = 0; l < levels; l++) squares -= weight[l]! * value[l]! * value[l]!
  return Math.max(0, (error - squares) / total)
}
