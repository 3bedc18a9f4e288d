import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { City } from 'kwx/cities'
import {
  type Database,
  loadTrades,
  type ObservationInput,
  type SettlementInput,
  saveMarkets,
  saveObservations,
  saveSettlements,
} from 'kwx/database'
import { climateDayEnd, climateDayStart, formatDay } from 'kwx/time'

/** A city's manifest as it is shipped. */
export const city = (id: string): City =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../../dataset/cities/${id}.json`, import.meta.url)), 'utf8'))

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** `KXHIGHX-25FEB01`. */
export function eventTicker(day: number, series = 'KXHIGHX'): string {
  const text = formatDay(day)
  return `${series}-${text.slice(2, 4)}${MONTHS[Number(text.slice(5, 7)) - 1]}${text.slice(8)}`
}

export interface MadeEvent {
  readonly day: number
  /** Ticker of the event; the one that names the day. */
  readonly ticker?: string
  /** Settled maximum by the exchange's results; null: no results. */
  readonly paid?: number | null
  readonly value?: number | null
  readonly closeMs?: number | null
  readonly openMs?: number | null
  /** Epoch minutes at which a print comes in each market. */
  readonly prints?: readonly number[]
}

/** A ladder of three round 70 to 71 F, with prints whose prices wander a little. */
export async function saveEvents(db: Database, city: string, events: readonly MadeEvent[]): Promise<void> {
  const shaped = events.map(
    ({ day, ticker = eventTicker(day), paid = 70, value = paid, closeMs = null, openMs = null }) => {
      const result = (yes: boolean) => (paid === null ? null : yes ? ('yes' as const) : ('no' as const))
      const shared = {
        open_ms: openMs,
        close_ms: closeMs,
        status: 'finalized',
        expiration_value: value,
        volume_centi: null,
      }
      const rung = (
        suffix: string,
        strike_type: 'less' | 'between' | 'greater',
        floor: number | null,
        cap: number | null,
        yes: boolean,
      ) => ({
        ...shared,
        ticker: `${ticker}-${suffix}`,
        strike_type,
        floor_strike: floor,
        cap_strike: cap,
        result: result(yes),
      })
      const tmax = paid ?? 0
      return {
        ticker,
        seriesTicker: 'KXHIGHX',
        city,
        day,
        origin: 'real' as const,
        markets: [
          rung('B70.5', 'between', 70, 71, tmax >= 70 && tmax <= 71),
          rung('T70', 'less', null, 70, tmax < 70),
          rung('T71', 'greater', 71, null, tmax > 71),
        ],
      }
    },
  )
  const ids = await saveMarkets(db, shaped)
  for (const [e, { markets }] of shaped.entries()) {
    for (const [m, { ticker }] of markets.entries()) {
      const prints = events[e]!.prints ?? []
      if (prints.length === 0) continue
      const n = prints.length
      await loadTrades(db, {
        marketId: new Int32Array(n).fill(ids.get(ticker)!),
        ordinal: Int32Array.from(prints, (_, k) => k),
        tsMs: Float64Array.from(prints, (minute, k) => minute * 60_000 + 100 * (k % 9)),
        price: Int16Array.from(prints, (minute, k) => 100 * (20 + 10 * m + ((minute + 7 * k) % 13))),
        countCenti: Int32Array.from(prints, (_, k) => 100 * (1 + (k % 4))),
        takerYes: Uint8Array.from(prints, (_, k) => ((k * 7) % 3 === 0 ? 1 : 0)),
      })
    }
  }
}

/** Minutes of a climate day, every `step` of them, from its `from`-th on. */
export const minutesOf = (day: number, offset: number, step: number, from = 0): number[] => {
  const [start, end] = [climateDayStart(day, offset), climateDayEnd(day, offset)]
  return Array.from({ length: Math.ceil((end - start - from) / step) }, (_, k) => start + from + k * step)
}

export const observation = (valid_ms: number, over: Partial<ObservationInput> = {}): ObservationInput => ({
  station: 'KNYC',
  source: 'iem-asos',
  valid_ms,
  report_type: 'routine',
  known_ms: valid_ms + 300_000,
  temp_f: 60,
  dew_f: 40,
  humidity_pct: 50,
  wind_mph: 6,
  forward_filled: false,
  origin: 'real',
  ...over,
})

export const settlement = (
  city: string,
  day: number,
  tmax_f: number | null,
  over: Partial<SettlementInput> = {},
): SettlementInput => ({
  city,
  day,
  source: 'nws-cli',
  product_id: `cli-${day}`,
  kind: 'final',
  issued_ms: climateDayEnd(day, -300) * 60_000 + 3_600_000,
  tmax_f,
  origin: 'real',
  ...over,
})

/** Hourly station reports at :51 of some climate days and the two before, and minute data every five minutes. */
export function weather(
  days: readonly number[],
  offset: number,
  {
    station = 'KNYC',
    minute = false,
    filledEvery = 0,
  }: { station?: string; minute?: boolean; filledEvery?: number } = {},
): ObservationInput[] {
  const rows: ObservationInput[] = []
  for (let at = climateDayStart(days[0]! - 2, offset); at < climateDayEnd(days.at(-1)!, offset); at += 5) {
    const temp_f = Math.round(500 + 100 * Math.sin(at / 300)) / 10
    if (at % 60 === 50) rows.push(observation((at + 1) * 60_000, { station, temp_f, dew_f: temp_f - 20 }))
    if (!minute) continue
    const forward_filled = filledEvery > 0 && (at / 5) % filledEvery !== 0
    const source = { source: 'visual-crossing', report_type: 'minute' as const }
    rows.push(observation(at * 60_000, { station, ...source, temp_f, dew_f: 99, forward_filled }))
  }
  return rows
}

export { saveObservations, saveSettlements }
