import { MS_PER_DAY } from '../../../base/time/days.ts'
import { defineSource } from '../source.ts'
import { type VisualCrossingSource, visualCrossingSource } from './visual-crossing-source.ts'

/** Visual Crossing: one request at a time, 24 records for each station and day. */
export default defineSource<VisualCrossingSource>({
  title: 'Visual Crossing: sub-hourly rows of stations',
  service: { url: 'https://weather.visualcrossing.com', requestsPerSecond: 1, concurrency: 1 },
  needs: 'key',
  open: (http, { key }) => visualCrossingSource(http, key),
  observations: {
    'visual-crossing': {
      title: 'five-minute rows, those marked that repeat an older one',
      standsIn: false,
      delayMinutes: 5,
      keepsDays: null,
      // 24 records for each UTC day of a question: a loop stays near the 1,000 a day of a free plan.
      liveEveryMinutes: 30,
      daysPerQuestion: 7,
      whole: { everyMinutes: null, types: ['minute'] },
      asksAgain: false,
      async read(client, { station, fromMs, toMs }) {
        const [fromDay, toDay] = [Math.floor(fromMs / MS_PER_DAY), Math.floor((toMs - 1) / MS_PER_DAY)]
        const { rows, queryCost } = await client.minutes(station, fromDay, toDay)
        const inSpan = rows.filter(({ validMs }) => validMs >= fromMs && validMs < toMs)
        return {
          proof: { query_cost: queryCost },
          reports: inSpan.map((row) => ({
            valid_ms: row.validMs,
            report_type: 'minute' as const,
            temp_f: row.tempF,
            dew_f: row.dewF,
            humidity_pct: row.humidityPct,
            wind_mph: row.windMph,
            forward_filled: row.forwardFilled,
          })),
        }
      },
    },
  },
})
