import { IngestCommand, ingestFlags, stationFlag, stationOf } from '../../services/ingest/command.ts'

export default class IngestWeather extends IngestCommand {
  static override summary = 'Bring station reports into the database.'
  static override flags = { ...ingestFlags, station: stationFlag }
  static override examples = ['<%= config.bin %> ingest weather --city miami --from 2025-02-01 --to 2025-02-07']

  async run() {
    const { flags } = await this.parse(IngestWeather)
    const { ingestWeather } = await import('../../services/ingest/ingest-weather.ts')
    return this.ingest(flags, async (options) => [
      await ingestWeather({ ...options, station: stationOf(options.city, flags.station) }),
    ])
  }
}
