import type { Database } from 'kwx/database'
import type { Signal } from '../storage/signals.ts'
import { readSignals } from '../storage/signals.ts'

import type { Pair } from './pair.ts'
import { rowsAsKnown } from './rows-as-known.ts'
import { signalsAt } from './signals-at.ts'
import { tradingDays } from './trading-days.ts'

/** A signal that a rebuild from the recorded rows does not give again. */
interface Difference {
  readonly endMinute: number
  readonly ticker: string
  readonly field: string
  readonly recorded: unknown
  readonly rebuilt: unknown
}

export interface Replayed {
  readonly minutes: number
  readonly recorded: number
  readonly rebuilt: number
  readonly differences: readonly Difference[]
}

/** Reasons of the moment, which no rebuild can know: what the switch and the clock said then. */
const OF_THE_MOMENT = new Set([
  'stopped',
  'paused',
  'late',
  'clock_skew',
  'unreconciled',
  'daily_loss',
  'worse_than_market',
])

/**
 * Builds the signals of the minutes [from, to] again from the database's rows and holds them against the recorded ones:
 * every probability, edge, size and the digest of every feature row, bit for bit. A row that came after a minute was
 * worked through is not seen by that minute.
 *
 * @param pairs  the configurations that the loop ran with
 */
export async function replaySignals(
  db: Database,
  pairs: readonly Pair[],
  [from, to]: readonly [fromMinute: number, toMinute: number],
): Promise<Replayed> {
  const recorded = await readSignals(db, { fromMinute: from, toMinute: to })
  const minutes = [...new Set(recorded.map(({ endMinute }) => endMinute))]
  const rebuilt = new Map<string, Signal>()
  for (const pair of pairs) {
    // All events of the span at once, as a dataset reads them: what the loop had not seen yet must not matter.
    const [first, last] = [tradingDays(pair.city, from * 60_000 - 1)[0], tradingDays(pair.city, to * 60_000)[1]]
    for await (const { rows, fromMinute, toMinute } of rowsAsKnown(db, pair, [first, last], [from, to])) {
      for (let minute = fromMinute; minute <= toMinute; minute++) {
        for (const signal of await signalsAt(pair, rows, minute, { standDown: null, reason: null })) {
          rebuilt.set(keyOf(signal), signal)
        }
      }
    }
  }
  const wanted = recorded.filter(({ city, bracket }) =>
    pairs.some((pair) => pair.city.id === city && pair.loaded.config.bracket === bracket),
  )
  const worked = new Set(minutes)
  const again = [...rebuilt.values()].filter(({ endMinute }) => worked.has(endMinute))
  return {
    minutes: minutes.length,
    recorded: wanted.length,
    rebuilt: again.length,
    differences: [
      ...wanted.flatMap((signal) => differencesOf(signal, rebuilt.get(keyOf(signal)))),
      ...unrecorded(wanted, again),
    ],
  }
}

const keyOf = ({ endMinute, ticker }: Pick<Signal, 'endMinute' | 'ticker'>): string => `${endMinute} ${ticker}`

const FIELDS = [
  'pModel',
  'pMarket',
  'pBlend',
  'edgeCents',
  'kellyFraction',
  'sizeFraction',
  'spreadCents',
  'minutesToClose',
  'modelId',
  'window',
  'side',
  'standDown',
] as const
const TRACED = [
  'features',
  'price_cents',
  'price_age_minutes',
  'bid_cents',
  'ask_cents',
  'book_age_minutes',
  'weather_age_minutes',
  'weight',
  'overround',
  'head',
  'head_temperature',
  'p_market_side',
  'ladder',
  'head_refused',
  'settlement',
  'challenger_p_model',
] as const

function differencesOf(recorded: Signal, rebuilt: Signal | undefined): Difference[] {
  const { endMinute, ticker } = recorded
  if (!rebuilt) return [{ endMinute, ticker, field: 'signal', recorded: 'there', rebuilt: 'absent' }]
  const ofTheMoment = recorded.standDown !== null && OF_THE_MOMENT.has(recorded.standDown)
  const pairs: [string, unknown, unknown][] = [
    ...FIELDS.filter((field) => field !== 'standDown' || !ofTheMoment).map((field): [string, unknown, unknown] => [
      field,
      recorded[field],
      rebuilt[field],
    ]),
    ...TRACED.map((field): [string, unknown, unknown] => [
      `trace.${field}`,
      recorded.trace[field],
      rebuilt.trace[field],
    ]),
  ]
  return pairs
    .filter(([, a, b]) => !Object.is(a ?? null, b ?? null))
    .map(([field, a, b]) => ({ endMinute, ticker, field, recorded: a ?? null, rebuilt: b ?? null }))
}

function unrecorded(recorded: readonly Signal[], rebuilt: readonly Signal[]): Difference[] {
  const known = new Set(recorded.map(keyOf))
  return rebuilt
    .filter((signal) => !known.has(keyOf(signal)))
    .map(({ endMinute, ticker }) => ({ endMinute, ticker, field: 'signal', recorded: 'absent', rebuilt: 'there' }))
}
