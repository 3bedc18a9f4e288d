import { badField, countOf, type Fields, optionalInstant, optionalText, textOf } from './fields.ts'
import { type Strikes, strikesOf } from './strikes.ts'

/** Where the exchange keeps a market: it moves to the archive some time after its settlement. */
export type Tier = 'live' | 'historical'

/** A market as either tier describes it, in kwx's units. */
export interface KalshiMarket extends Strikes {
  readonly ticker: string
  readonly eventTicker: string
  readonly openMs: number | null
  readonly closeMs: number | null
  /** initialized, active, inactive, closed, determined, disputed, amended, finalized, or a newer word. */
  readonly status: string
  readonly result: 'yes' | 'no' | null
  /** The exchange's settlement temperature, degrees F; null when blank or not a number. */
  readonly expirationValue: number | null
  /** 1e-2 contracts; null when the answer lacks it. */
  readonly volumeCenti: number | null
  /** When it was settled; null before. */
  readonly settledMs: number | null
  readonly tier: Tier
}

/** The fields of a market that kwx uses, checked; others may come and go. */
export function marketOf(from: Fields, tier: Tier): KalshiMarket {
  const ticker = textOf(from, 'ticker', `a market (${tier})`)
  const where = `market ${ticker}`
  const result = optionalText(from, 'result', where)
  if (result !== null && result !== 'yes' && result !== 'no')
    throw badField(where, 'result', result, '"yes", "no" or ""')
  return {
    ticker,
    eventTicker: textOf(from, 'event_ticker', where),
    ...strikesOf(from, where),
    openMs: optionalInstant(from, 'open_time', where),
    closeMs: optionalInstant(from, 'close_time', where),
    status: textOf(from, 'status', where),
    result,
    expirationValue: degreesOf(optionalText(from, 'expiration_value', where)),
    volumeCenti:
      from['volume_fp'] === undefined || from['volume_fp'] === null ? null : countOf(from, 'volume_fp', where),
    settledMs: optionalInstant(from, 'settlement_ts', where),
    tier,
  }
}

/** Some old values are sentences: those are no number, and the result stands without them. */
const degreesOf = (text: string | null): number | null =>
  text !== null && /^-?\d{1,3}(\.\d{1,4})?$/.test(text.trim()) ? Number(text) : null
