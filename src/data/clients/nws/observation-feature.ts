import { UnusableBody } from '../http/unusable-body.ts'

/** One report of a station as api.weather.gov gives it. */
export interface NwsObservation {
  readonly validMs: number
  /** `minute`: a five-minute row without a METAR behind it, in whole degrees C. */
  readonly reportType: 'routine' | 'special' | 'minute'
  /** Degrees F; null where missing, and for whole degrees C, which hold one or two whole degrees F. */
  readonly tempF: number | null
  readonly dewF: number | null
  /** The whole degrees F that the value can stand for, both inclusive; null where missing. */
  readonly tempRangeF: readonly [low: number, high: number] | null
  /** Null where missing; of a METAR only. */
  readonly humidityPct: number | null
  readonly windMph: number | null
  /** The METAR; empty for a five-minute row. */
  readonly raw: string
}

/** Temperature and dew point in tenths of a degree C, sign first: `T02670161`, at KBOS also `T0300`. */
const TENTHS = /(?:^| )T([01])(\d{3})(?:([01])(\d{3}))?(?= |$)/

/** Half up; a zero without a sign. */
const toF = (celsius: number): number => Math.round((celsius * 9) / 5 + 32 + 1e-9) + 0
const signed = (sign: string, digits: string): number => (sign === '1' ? -1 : 1) * (Number(digits) / 10)

/**
 * One feature of an observations answer.
 *
 * The station keeps whole degrees F; a METAR's T group has tenths of a degree C, 0.18 F, which give them back exactly.
 * A five-minute row has whole degrees C: N stands for anything within half a degree, 1.8 F wide, so it is a range.
 * A METAR at minute 45 to 59 is the hour's routine report; the service does not say which are specials.
 *
 * @throws UnusableBody for a feature without its time or with a temperature that is no number
 */
export function observationOf(feature: unknown): NwsObservation {
  const properties = (feature as { properties?: Record<string, unknown> } | null)?.properties
  const validMs = Date.parse(String(properties?.['timestamp'] ?? ''))
  if (!properties || Number.isNaN(validMs)) throw new UnusableBody('a feature without its timestamp')
  const raw = typeof properties['rawMessage'] === 'string' ? properties['rawMessage'] : ''
  const [temp, dew] = [celsiusOf(properties['temperature']), celsiusOf(properties['dewpoint'])]
  if (raw === '') {
    const range = temp === null ? null : ([toF(temp - 0.5), toF(temp + 0.5)] as const)
    const none = { tempF: null, dewF: null, humidityPct: null, windMph: null }
    return { validMs, reportType: 'minute', ...none, tempRangeF: range, raw }
  }
  const group = TENTHS.exec(raw)
  const exact = group ? signed(group[1]!, group[2]!) : temp
  const exactDew = group?.[4] ? signed(group[3]!, group[4]) : dew
  const tempF = exact === null ? null : toF(exact)
  return {
    validMs,
    reportType: new Date(validMs).getUTCMinutes() >= 45 ? 'routine' : 'special',
    tempF,
    dewF: exactDew === null ? null : toF(exactDew),
    tempRangeF: tempF === null ? null : [tempF, tempF],
    humidityPct: hundredths(quantityOf(properties['relativeHumidity'], 'wmoUnit:percent', 100)),
    windMph: hundredths(quantityOf(properties['windSpeed'], 'wmoUnit:km_h-1', 500), KM_PER_MILE),
    raw,
  }
}

const KM_PER_MILE = 1.609344

/** To the hundredth, as the archive writes it. */
const hundredths = (value: number | null, divisor = 1): number | null =>
  value === null ? null : Math.round((value / divisor) * 100) / 100

function celsiusOf(quantity: unknown): number | null {
  return quantityOf(quantity, 'wmoUnit:degC', 100)
}

/** A value with its unit; null where the service has none. @throws UnusableBody for another unit or a wild value */
function quantityOf(quantity: unknown, unit: string, most: number): number | null {
  const { value, unitCode } = (quantity ?? {}) as { value?: unknown; unitCode?: unknown }
  if (value === null || value === undefined) return null
  if (typeof value !== 'number' || !Number.isFinite(value) || Math.abs(value) > most) {
    throw new UnusableBody(`a value of ${JSON.stringify(value)} ${unit} instead of a number or null`)
  }
  if (unitCode !== undefined && unitCode !== unit) {
    throw new UnusableBody(`a value in ${JSON.stringify(unitCode)} instead of ${unit}`)
  }
  return value
}
