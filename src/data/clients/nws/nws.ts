import { maximaOf } from '../climate-reports.ts'
import { defineSource } from '../source.ts'
import { type NwsSource, nwsSource } from './nws-source.ts'

/** api.weather.gov: the last week, minutes after it was issued. It wants to know who asks. */
export default defineSource<NwsSource>({
  title: 'api.weather.gov: reports of stations and climate reports of the last week',
  service: { url: 'https://api.weather.gov', requestsPerSecond: 1 },
  needs: 'contact',
  open: (http, { contact }) => nwsSource(http, contact),
  observations: {
    nws: {
      title: 'routine and special reports of the last week',
      standsIn: true,
      delayMinutes: 5,
      keepsDays: 7,
      liveEveryMinutes: 1,
      daysPerQuestion: 7,
      whole: { everyMinutes: 60, types: ['routine'] },
      asksAgain: true,
      async read(client, { station, fromMs, toMs }) {
        const reports = await client.observations(station, fromMs, toMs)
        return {
          // Five-minute rows are whole degrees C, a range of degrees F and no reading: they are left out.
          reports: reports
            .filter(({ reportType }) => reportType !== 'minute')
            .map((row) => ({
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
  },
  maxima: {
    'nws-cli': {
      title: 'every issuance of the climate report of the last week',
      role: 'reports',
      keptAs: 'nws-cli',
      keepsDays: 5,
      async read(client, { city, fromDay, toDay }) {
        const { reports, problems } = await client.cliReports(city.cliId)
        return { maxima: maximaOf(reports, fromDay, toDay), problems }
      },
    },
  },
})
