import type { BlendDevig, BlendHead, BlendWeight } from 'kwx/contracts'
import { DEVIG_METHODS, type DevigMethod } from 'kwx/market'
import type { PoolChoice } from 'kwx/model'
import { formatDay } from 'kwx/time'

import { boundHarm } from './bound-harm.ts'
import { type CellsByMethod, chooseDevig } from './choose-devig.ts'
import { chooseHead } from './choose-head.ts'
import { type DayCell, dayCells } from './day-cells.ts'
import { fitWeight } from './fit-weight.ts'
import type { PilotRows } from './pilot-rows.ts'
import { deliverRows } from './pooled-ladder.ts'

/** What the evidence of some days says. */
interface Fit {
  readonly weight: BlendWeight
  readonly devig: BlendDevig
  readonly head: BlendHead
}

/** What a walk over the windows gives. */
export interface Walk {
  /** Of each pilot, of each window: chosen on days before its first test day and the embargo. */
  readonly fits: readonly (readonly Fit[])[]
  /** Delivered probabilities of each pilot's rows, out of sample. */
  readonly delivered: readonly Float64Array[]
  /** The weight that each row was delivered with. */
  readonly weights: readonly Float64Array[]
  /** Of each pilot on all test rows: for a model that is used after them. */
  readonly final: readonly Fit[]
}

export const choiceOf = ({ weight, devig, head }: Fit): PoolChoice => ({
  weight: weight.value,
  devig: devig.method,
  head,
})

/**
 * Goes through the windows of all pilots and chooses for each on what was known before it.
 *
 * The evidence for a window are the test predictions of earlier windows, of all pilots, whose event day lies before the
 * window's first test day by more than the pilot's embargo: outcomes of later days were not known when that day began to
 * trade. They are out of sample for the models, and no calibrator has seen them. Windows that begin
 * on one day share one fit of the weight; each pilot takes as much of it as its own days bear.
 *
 * @param seed  intervals are drawn from `<seed>/<first test day>`
 */
export function walkWindows(pilots: readonly PilotRows[], seed: number): Walk {
  const cells = evidenceOf(pilots)
  const fitted = new Map<string, readonly Fit[]>()
  const before = (day: number, embargoDays: number): readonly Fit[] => {
    const key = `${day}/${embargoDays}`
    const known = fitted.get(key)
    if (known) return known
    const fit = fitOn(pilots, cells, (cell) => cell.day + embargoDays < day, `${seed}/${formatDay(day)}`)
    fitted.set(key, fit)
    return fit
  }
  const fits = pilots.map(({ windows, embargoDays }, p) =>
    windows.map(({ firstTestDay }) => before(firstTestDay, embargoDays)[p]!),
  )
  const delivered = pilots.map((pilot, p) => {
    const out = new Float64Array(pilot.rows.n)
    pilot.windows.forEach(({ from, to }, w) => {
      out.set(deliverRows(pilot, from, to, choiceOf(fits[p]![w]!)), from)
    })
    return out
  })
  const weights = pilots.map(({ rows, windows }, p) => {
    const out = new Float64Array(rows.n)
    windows.forEach(({ from, to }, w) => {
      out.fill(fits[p]![w]!.weight.value, from, to)
    })
    return out
  })
  return { fits, delivered, weights, final: fitOn(pilots, cells, () => true, `${seed}/final`) }
}

interface Evidence {
  /** With the losses of the market's side alone. */
  readonly priced: CellsByMethod
  /** With the losses at every weight; made when a method is first chosen. */
  pooled(method: DevigMethod): readonly DayCell[]
}

function evidenceOf(pilots: readonly PilotRows[]): Evidence {
  const made = new Map<DevigMethod, DayCell[]>()
  const priced = Object.fromEntries(
    DEVIG_METHODS.map((method) => [method, dayCells(pilots, method, 'zero')]),
  ) as Record<DevigMethod, DayCell[]>
  const pooled = (method: DevigMethod) => {
    const known = made.get(method) ?? dayCells(pilots, method, 'all')
    made.set(method, known)
    return known
  }
  return { priced, pooled }
}

function fitOn(
  pilots: readonly PilotRows[],
  { priced, pooled }: Evidence,
  wanted: (cell: DayCell) => boolean,
  seed: string,
): readonly Fit[] {
  const devig = chooseDevig(priced, wanted, `${seed}/devig`)
  const cells = pooled(devig.method).filter(wanted)
  const prices = priced.none.filter(wanted)
  const common = fitWeight(cells, `${seed}/weight`)
  return pilots.map(({ city, bracket, name }, p) => {
    const own = (all: readonly DayCell[]) => all.filter(({ pilot }) => pilot === p)
    const about = { name: `${city} ${bracket}`, seed: `${seed}/${name}` }
    const weight = boundHarm(common, own(cells), own(prices), about)
    const head = chooseHead(pilots, priced.none, wanted, { weight: weight.value, devig: devig.method }, seed)
    return { devig, weight, head }
  })
}
