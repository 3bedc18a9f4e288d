import { climateDayEnd, climateDayStart, MINUTES_PER_DAY, MS_PER_DAY, minuteToMs } from '../../../base/time/days.ts'
import { maximaOf } from '../climate-reports.ts'
import { defineSource } from '../source.ts'
import { type IemSource, iemSource } from './iem-source.ts'

/** How long after a day its reports are looked for; the exchange waits a week at most. */
const ISSUED_WITHIN_MS = 8 * MS_PER_DAY

/** Iowa Environmental Mesonet: archives of station reports, of one-minute readings and of NWS text. */
export default defineSource<IemSource>({
  title: 'Iowa Environmental Mesonet: archives of station and climate reports',
  service: { url: 'https://mesonet.agron.iastate.edu', requestsPerSecond: 1 },
  open: iemSource,
  observations: {
    'iem-asos': {
      title: 'routine and special reports (METAR)',
      standsIn: true,
      delayMinutes: 5,
      liveEveryMinutes: 1,
      keepsDays: null,
      daysPerQuestion: 10_000,
      whole: { everyMinutes: 60, types: ['routine'] },
      asksAgain: true,
      async read(client, { station, fromMs, toMs }) {
        const reports = await client.observations(station, fromMs, toMs)
        return {
          reports: reports.map((row) => ({
            valid_ms: row.validMs,
            report_type: row.reportType,
            temp_f: row.tempF,
            dew_f: row.dewF,
            humidity_pct: row.humidityPct,
            wind_mph: row.windMph,
          })),
        }
      },
    },
    'iem-asos-1min': {
      title: 'one-minute temperatures, a day late',
      standsIn: false,
      delayMinutes: MINUTES_PER_DAY,
      liveEveryMinutes: null,
      keepsDays: null,
      daysPerQuestion: 30,
      whole: { everyMinutes: 1, types: ['minute'] },
      asksAgain: true,
      async read(client, { station, fromMs, toMs }) {
        const readings = await client.oneMinute(station, fromMs, toMs)
        return {
          reports: readings.map(({ validMs, tempF }) => ({
            valid_ms: validMs,
            report_type: 'minute' as const,
            temp_f: tempF,
            dew_f: null,
            humidity_pct: null,
            wind_mph: null,
          })),
        }
      },
    },
  },
  maxima: {
    'iem-cli': {
      title: 'every issuance of the climate report',
      role: 'reports',
      keptAs: 'nws-cli',
      keepsDays: null,
      async read(client, { city, fromDay, toDay, nowMs }) {
        const fromMs = minuteToMs(climateDayStart(fromDay, city.standardOffset))
        const endMs = minuteToMs(climateDayEnd(toDay, city.standardOffset)) + ISSUED_WITHIN_MS
        const toMs = Math.min(endMs, Math.max(nowMs, fromMs + MS_PER_DAY))
        const { reports, problems } = await client.cliReports(city.cliId, fromMs, toMs)
        return { maxima: maximaOf(reports, fromDay, toDay), problems }
      },
    },
    'iem-daily': {
      title: 'IEM’s own table of climate reports, in which a correction replaces what it corrects',
      role: 'cross-check',
      keptAs: 'iem-daily',
      keepsDays: null,
      async read(client, { city, fromDay, toDay }) {
        const rows = await client.dailyMaxima(city.station, fromDay, toDay)
        return {
          maxima: rows.map(({ day, tmaxF, productId, issuedMs }) => ({
            day,
            product_id: productId,
            // Until the day is over the table shows its preliminary report, which says nothing about the day.
            kind: issuedMs < minuteToMs(climateDayEnd(day, city.standardOffset)) ? 'preliminary' : 'cross-check',
            issued_ms: issuedMs,
            tmax_f: tmaxF,
          })),
        }
      },
    },
  },
})
