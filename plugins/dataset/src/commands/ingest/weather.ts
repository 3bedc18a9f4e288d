import { IngestCommand, ingestFlags, sourceFlag, stationFlag, stationOf } from '../../services/ingest/command.ts'

export default class IngestWeather extends IngestCommand {
  static override summary = 'Bring station reports into the database.'
  static override flags = { ...ingestFlags, station: stationFlag, source: sourceFlag('iem-asos') }
  static override examples = [
    '<%= config.bin %> ingest weather --city miami --from 2025-02-01 --to 2025-02-07',
    '<%= config.bin %> ingest weather --city miami --from 2026-11-20 --to 2026-11-24 --source nws',
  ]

  async run() {
    const { flags } = await this.parse(IngestWeather)
    const { ingestObservations } = await import('../../services/ingest/ingest-observations.ts')
    return this.ingest(flags, async (options) => [
      await ingestObservations({ ...options, station: stationOf(options.city, flags.station), feed: flags.source }),
    ])
  }
}
