import { IngestCommand, ingestFlags, sourceFlag, stationFlag, stationOf } from '../../services/ingest/command.ts'

export default class IngestMinutes extends IngestCommand {
  static override summary = 'Bring sub-hourly rows into the database: Visual Crossing (wants KWX_VC_KEY) or IEM.'
  static override description =
    "Each day's share of rows that only repeat older ones is measured; above 20 % the gate takes the day's dew point, humidity and wind away."
  static override flags = { ...ingestFlags, station: stationFlag, source: sourceFlag('visual-crossing') }
  static override examples = [
    '<%= config.bin %> ingest minutes --city miami --from 2025-02-01 --to 2025-02-07',
    '<%= config.bin %> ingest minutes --city miami --from 2025-02-01 --to 2025-02-07 --source iem-asos-1min',
  ]

  async run() {
    const { flags } = await this.parse(IngestMinutes)
    const { ingestObservations } = await import('../../services/ingest/ingest-observations.ts')
    return this.ingest(flags, async (options) => [
      await ingestObservations({ ...options, station: stationOf(options.city, flags.station), feed: flags.source }),
    ])
  }
}
