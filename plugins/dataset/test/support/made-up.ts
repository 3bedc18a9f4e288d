import { climateDayEnd, climateDayStart, formatDay, parseDay } from 'kwx/time'

import type { DatasetData, DatasetMarket, Observation, Settlement } from '../../src/services/build/data.ts'

const OFFSET = -300

export const market = (over: Partial<DatasetMarket> & { day: number }): DatasetMarket => {
  const { day } = over
  const stamp = formatDay(day)
  const month = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'][
    Number(stamp.slice(5, 7)) - 1
  ]
  const event = `KXHIGHX-${stamp.slice(2, 4)}${month}${stamp.slice(8)}`
  return {
    market_id: day * 10,
    ticker: `${event}-B70.5`,
    event_ticker: event,
    strike_type: 'between',
    floor_strike: 70,
    cap_strike: 71,
    close_ms: null,
    result: 'no',
    expiration_value: null,
    origin: 'real',
    ...over,
  }
}

export const observation = (valid_ms: number, over: Partial<Observation> = {}): Observation => ({
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

export const settlement = (day: number, tmax_f: number | null, over: Partial<Settlement> = {}): Settlement => ({
  city: 'nyc',
  day,
  source: 'nws-cli',
  product_id: `cli-${day}`,
  kind: 'final',
  issued_ms: climateDayEnd(day, OFFSET) * 60_000 + 3_600_000,
  tmax_f,
  used: true,
  origin: 'real',
  ...over,
})

/** A ladder of three for each of some days from 2025-02-01, a candle every ten minutes, an hourly METAR. */
export function madeUp({
  days = 3,
  minuteData = true,
  filledEvery = 0,
}: {
  days?: number
  minuteData?: boolean
  filledEvery?: number
} = {}): DatasetData {
  const first = parseDay('2025-02-01')
  const all = Array.from({ length: days }, (_, k) => first + k)
  const markets = all.flatMap((day) => {
    const { event_ticker } = market({ day })
    return [
      market({ day }),
      market({
        day,
        market_id: day * 10 + 1,
        ticker: `${event_ticker}-T70`,
        strike_type: 'less',
        floor_strike: null,
        cap_strike: 70,
        result: 'yes',
      }),
      market({
        day,
        market_id: day * 10 + 2,
        ticker: `${event_ticker}-T71`,
        strike_type: 'greater',
        floor_strike: 71,
        cap_strike: null,
      }),
    ]
  })
  const observations: Observation[] = []
  for (let minute = climateDayStart(first - 2, OFFSET); minute < climateDayEnd(first + days, OFFSET); minute += 5) {
    const temp_f = 50 + 10 * Math.sin(minute / 300)
    if (minute % 60 === 50) observations.push(observation((minute + 1) * 60_000, { temp_f, dew_f: temp_f - 20 }))
    if (!minuteData) continue
    const forward_filled = filledEvery > 0 && (minute / 5) % filledEvery === 0
    observations.push(
      observation(minute * 60_000, {
        source: 'visual-crossing',
        report_type: 'minute',
        temp_f,
        dew_f: 99,
        forward_filled,
      }),
    )
  }
  return {
    markets,
    observations,
    settlements: all.map((day) => settlement(day - 1, 60)),
    async *prices(wanted) {
      for (const { market_id, day } of wanted) {
        const endMinute = Int32Array.from({ length: 144 }, (_, k) => climateDayStart(day, OFFSET) + 10 * k + 10)
        const column = (shift: number) =>
          Float64Array.from(endMinute, (minute) => 30 + (market_id % 3) + (minute % 7) + shift)
        yield {
          marketId: market_id,
          prices: { endMinute, mid: column(0), bid: column(-1), ask: column(1), volume: new Float64Array(144).fill(5) },
        }
      }
    },
  }
}

/** What was in the database at a moment: later reports, issuances and candles are cut away. */
export function cutAt(data: DatasetData, minute: number): DatasetData {
  const ms = minute * 60_000
  return {
    markets: data.markets,
    observations: data.observations.filter(({ known_ms }) => known_ms <= ms),
    settlements: data.settlements.filter(({ issued_ms }) => issued_ms !== null && issued_ms <= ms),
    async *prices(wanted) {
      for await (const { marketId, prices } of data.prices(wanted)) {
        const n = prices.endMinute.filter((end) => end <= minute).length
        const head = (values: Float64Array) => values.subarray(0, n)
        yield {
          marketId,
          prices: {
            endMinute: prices.endMinute.subarray(0, n),
            mid: head(prices.mid),
            bid: head(prices.bid),
            ask: head(prices.ask),
            volume: head(prices.volume),
          },
        }
      }
    },
  }
}
