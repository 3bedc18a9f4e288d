import { EXIT, KwxError } from 'kwx'
import type { City } from 'kwx/cities'
import { type FeeGrain, type FeeRegime, feeDollars, feeOf, feeRegimeOn, rawFeeDollars, WEATHER_FEES } from 'kwx/market'
import { nearest } from 'kwx/schema'
import { formatDay, parseDay } from 'kwx/time'

/** What was asked, as it was typed. */
interface FeeQuestion {
  readonly price: string
  readonly count: string
  readonly series: string | undefined
  readonly at: string | undefined
  readonly maker: boolean
  readonly grain: FeeGrain | undefined
}

/** One order's fee and everything it depends on. */
export interface FeeAnswer {
  readonly price_dollars: string
  readonly count: string
  readonly role: 'maker' | 'taker'
  /** Null: the weather series' schedule. */
  readonly series: string | null
  readonly city: string | null
  readonly at: string
  readonly fee_type: string
  readonly fee_multiplier: number
  readonly regime: { readonly from: string | null; readonly until: string | null }
  readonly grain: FeeGrain
  /** Whether the grain is the regime's or was asked for. */
  readonly grain_from: 'regime' | 'flag'
  /** Before rounding, every digit. */
  readonly raw_dollars: string
  readonly fee_dollars: string
  /** The same order under the other grain. */
  readonly other_grain: { readonly grain: FeeGrain; readonly fee_dollars: string }
}

/** Prices of weather markets are whole cents strictly between 0 and 1 dollar. */
const TICK = 100
/** The most that is answered for: a million million contracts. */
const MOST_DIGITS = 12

/**
 * The fee of one order of one fill.
 *
 * @param today  day number, taken where no day was asked for
 * @throws KwxError FEE_PRICE_INVALID, FEE_PRICE_OFF_TICK, FEE_COUNT_INVALID, FEE_DATE_INVALID, FEE_SERIES_UNKNOWN (exit 2)
 */
export function quoteFee(question: FeeQuestion, cities: readonly City[], today: number): FeeAnswer {
  const price = priceOf(question.price)
  const countCenti = countOf(question.count)
  const day = question.at === undefined ? today : dayOf(question.at)
  const city = question.series === undefined ? null : cityOf(question.series, cities)
  const regimes: readonly FeeRegime[] = city ? city.regimes.fee : WEATHER_FEES
  const regime = feeRegimeOn(regimes, day, question.series ?? 'weather series')
  const grain = question.grain ?? regime.grain
  const other = grain === 'cent' ? 'centicent' : 'cent'
  const inGrain = (grain: FeeGrain) => feeOf({ ...regime, grain }, [{ price, countCenti, maker: question.maker }])
  return {
    price_dollars: question.price,
    count: question.count,
    role: question.maker ? 'maker' : 'taker',
    series: question.series ?? null,
    city: city?.id ?? null,
    at: formatDay(day),
    fee_type: regime.type,
    fee_multiplier: regime.multiplier,
    regime: { from: regime.from ?? null, until: regime.until ?? null },
    grain,
    grain_from: question.grain === undefined ? 'regime' : 'flag',
    raw_dollars: rawFeeDollars(inGrain(grain)),
    fee_dollars: feeDollars(inGrain(grain), grain),
    other_grain: { grain: other, fee_dollars: feeDollars(inGrain(other), other) },
  }
}

/** The answer for a person. */
export function renderFee(answer: FeeAnswer): string[] {
  const { count, price_dollars, role, fee_dollars, raw_dollars, grain, other_grain, series, at, fee_type } = answer
  return [
    `${count} @ ${price_dollars} as ${role}: ${fee_dollars} dollars (${raw_dollars} before rounding up to a ${grain})`,
    `By the ${other_grain.grain}: ${other_grain.fee_dollars}. ${series ?? 'Weather series'} on ${at}: ${fee_type} x ${answer.fee_multiplier}.`,
  ]
}

/** 1e-4 dollars. Text is cut into digits: no float ever holds a price. */
function priceOf(text: string): number {
  const match = /^0?\.(\d{1,6})$|^0$|^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text)
  const fraction = match?.[1]
  if (fraction === undefined || /^0+$/.test(fraction)) {
    throw new KwxError(`The price is "${text}"; expected dollars strictly between 0 and 1, like 0.35.`, {
      code: 'FEE_PRICE_INVALID',
      exit: EXIT.usage,
      hint: 'Type a price as in "kwx fees --price 0.35 --count 100".',
      details: { price: text },
    })
  }
  const millionths = Number(fraction.padEnd(6, '0'))
  if (millionths % (TICK * 100) !== 0) {
    throw new KwxError(`The price ${text} is off the tick; expected whole cents from 0.01 to 0.99.`, {
      code: 'FEE_PRICE_OFF_TICK',
      exit: EXIT.usage,
      hint: 'Round it to the cent on which the order would rest or trade.',
      details: { price: text, tick_dollars: '0.01' },
    })
  }
  return millionths / 100
}

/** 1e-2 contracts. */
function countOf(text: string): bigint {
  const match = new RegExp(`^(\\d{1,${MOST_DIGITS}})(?:\\.(\\d{1,2}))?$`).exec(text)
  const centi = match ? BigInt(match[1]! + (match[2] ?? '').padEnd(2, '0')) : 0n
  if (centi > 0n) return centi
  throw new KwxError(
    `The count is "${text}"; expected contracts above 0 with at most two decimals, like 100 or 12.5.`,
    {
      code: 'FEE_COUNT_INVALID',
      exit: EXIT.usage,
      hint: 'Type a count as in "kwx fees --price 0.35 --count 100".',
      details: { count: text },
    },
  )
}

function dayOf(text: string): number {
  try {
    return parseDay(text)
  } catch {
    throw new KwxError(`--at is "${text}"; expected a date like 2026-08-01.`, {
      code: 'FEE_DATE_INVALID',
      exit: EXIT.usage,
      hint: 'Give the day of the fill as YYYY-MM-DD.',
      details: { at: text },
    })
  }
}

function cityOf(ticker: string, cities: readonly City[]): City {
  const found = cities.find(({ series }) => series.some((one) => one.ticker === ticker))
  if (found) return found
  const known = cities.flatMap(({ series }) => series.map((one) => one.ticker))
  const guess = nearest(ticker, known)
  throw new KwxError(`No city has the series "${ticker}"${guess ? `; the nearest is "${guess}"` : ''}.`, {
    code: 'FEE_SERIES_UNKNOWN',
    exit: EXIT.usage,
    hint: 'List the series with "kwx cities".',
    details: { series: ticker, nearest: guess ?? null, known },
  })
}
