import { EXIT, KwxError } from '../../../base/errors.ts'
import { formatDay } from '../../../base/time/days.ts'
import type { Origin } from '../../../domain/origin.ts'
import type { HttpClient } from '../http/http-client.ts'
import type { TimelineMinutes } from './minute-rows.ts'
import { minuteRowsOf } from './minute-rows.ts'

/** Visual Crossing Timeline: sub-hourly rows of a station, some of them repeats of older ones. */
export interface VisualCrossingSource {
  origin(): Origin
  /**
   * Five-minute rows of the UTC days in [fromDay, toDay]; a climate day lies in two of them.
   *
   * @param station  ICAO, for example KMIA
   */
  minutes(station: string, fromDay: number, toDay: number): Promise<TimelineMinutes>
}

/**
 * The service over one HTTP client. It allows one request at a time and charges 24 records per station and day.
 *
 * @param key  travels in the query; addresses are redacted wherever they are shown or kept
 */
export function visualCrossingSource(http: HttpClient, key: string | undefined): VisualCrossingSource {
  return {
    origin: () => http.origin(),
    async minutes(station, fromDay, toDay) {
      if (!key) {
        throw new KwxError('Visual Crossing answers with a key only, and none is set.', {
          code: 'SOURCE_KEY',
          exit: EXIT.usage,
          hint: 'Set KWX_VC_KEY, or leave the source out.',
        })
      }
      const what = `the minutes of ${station} from ${formatDay(fromDay)} to ${formatDay(toDay)}`
      return http.get({
        path: `/VisualCrossingWebServices/rest/services/timeline/stn:${encodeURIComponent(station)}/${formatDay(fromDay)}/${formatDay(toDay)}`,
        query: [
          ['key', key],
          ['unitGroup', 'us'],
          ['include', 'minutes,obs'],
          ['options', 'useobs,minuteinterval_5,nonulls'],
          ['elements', 'datetimeEpoch,temp,dew,humidity,windspeed,stations,source'],
          ['timezone', 'Z'],
          ['maxStations', 1],
          ['contentType', 'json'],
        ],
        what,
        read: (body) => minuteRowsOf(body, station),
        // Tomorrow's problem: no number of tries helps before the next UTC day.
        final: (status, body) => (status === 429 && /daily cost/i.test(body) ? dailyCost(what) : null),
      })
    },
  }
}

const dailyCost = (what: string): KwxError =>
  new KwxError(`Visual Crossing refuses ${what}: the records of today are used up.`, {
    code: 'SOURCE_QUOTA',
    exit: EXIT.stale,
    hint: 'Run the same command after midnight UTC: what was complete is kept.',
  })
