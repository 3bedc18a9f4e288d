import { clipProbability, sigmoid } from 'kwx/model'
import { randomFrom } from 'kwx/random'
import { parseDay } from 'kwx/time'

import type { PilotRows, RowSpan } from '../../src/services/pilot-rows.ts'

export interface MadeOptions {
  readonly seed: number
  readonly pilots?: number
  readonly windows?: number
  readonly testDays?: number
  readonly stepDays?: number
  readonly rowsPerDay?: number
  /** The market's log-odds are the true ones times 1 − edge. */
  readonly edge?: number
  /** Standard deviation of the model's error, the same all day, in log-odds. */
  readonly noise?: number
  /** Outcome of every row; drawn from the truth by default. */
  readonly outcome?: 0 | 1
  readonly from?: string
  readonly embargoDays?: number
}

/**
 * Pilots whose truth is known: each event day has one market with true log-odds z ~ N(−1, 1.5), a market price near it
 * (sd 0.1), a model that errs by `noise`, and one outcome for all rows of the day.
 */
export function madePilots({
  seed,
  pilots = 1,
  windows = 8,
  testDays = 7,
  stepDays = testDays,
  rowsPerDay = 5,
  edge = 0,
  noise = 0.5,
  outcome,
  from = '2024-11-01',
  embargoDays = 0,
}: MadeOptions): PilotRows[] {
  return Array.from({ length: pilots }, (_, p) => {
    const random = randomFrom(`made/${seed}/${p}`)
    const first = parseDay(from)
    const days = new Map<number, { y: number; price: number; model: number }>()
    const dayOf = (day: number) => {
      const known = days.get(day)
      if (known) return known
      const z = -1 + 1.5 * random.normal()
      const drawn = random.uniform() < sigmoid(z) ? 1 : 0
      const price = (1 - edge) * z + 0.1 * random.normal()
      const made = { y: outcome ?? drawn, price, model: z + noise * random.normal() }
      days.set(day, made)
      return made
    }
    const spans: RowSpan[] = []
    const rows: { day: number; endMinute: number; y: number; price: number; model: number }[] = []
    for (let w = 0; w < windows; w++) {
      const firstTestDay = first + w * stepDays
      const at = rows.length
      for (let day = firstTestDay; day < firstTestDay + testDays; day++) {
        for (let k = 0; k < rowsPerDay; k++) {
          const { y, price, model } = dayOf(day)
          const wobble = 0.05 * random.normal()
          rows.push({ day, endMinute: day * 1440 + 60 * k, y, price: price + wobble, model: model + wobble })
        }
      }
      const lastTestDay = firstTestDay + testDays - 1
      spans.push({ window: `win_${w}`, outcome: 'delivered', firstTestDay, lastTestDay, from: at, to: rows.length })
    }
    const probability = (log: number) => clipProbability(sigmoid(log))
    const gone = () => new Float64Array(rows.length).fill(Number.NaN)
    return {
      name: `made_${p}`,
      city: `city${p}`,
      bracket: 'between',
      pilot: `pilot-${seed}-${p}`,
      origin: 'simulated',
      embargoDays,
      windows: spans,
      rows: {
        n: rows.length,
        ticker: { codes: new Int32Array(rows.length), values: [`M${p}`] },
        day: Int32Array.from(rows, ({ day }) => day),
        endMinute: Int32Array.from(rows, ({ endMinute }) => endMinute),
        label: Uint8Array.from(rows, ({ y }) => y),
        model: Float64Array.from(rows, ({ model }) => probability(model)),
        market: Float64Array.from(rows, ({ price }) => probability(price)),
        devigged: { proportional: gone(), power: gone(), logit_shift: gone() },
      },
      ladders: null,
    }
  })
}

/** The pilot with other columns. */
export const withRows = (pilot: PilotRows, rows: Partial<PilotRows['rows']>): PilotRows => ({
  ...pilot,
  rows: { ...pilot.rows, ...rows },
})
