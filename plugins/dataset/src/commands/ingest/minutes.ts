import { IngestCommand, ingestFlags, stationFlag, stationOf } from '../../services/ingest/command.ts'

export default class IngestMinutes extends IngestCommand {
  static override summary = 'Bring the sub-hourly rows of Visual Crossing into the database; wants KWX_VC_KEY.'
  static override description =
    "Each day's share of rows that only repeat older ones is measured; above 20 % the gate takes the day's dew point, humidity and wind away."
  static override flags = { ...ingestFlags, station: stationFlag }
  static override examples = ['<%= config.bin %> ingest minutes --city miami --from 2025-02-01 --to 2025-02-07']

  async run() {
    const { flags } = await this.parse(IngestMinutes)
    const { ingestMinutes } = await import('../../services/ingest/ingest-minutes.ts')
    return this.ingest(flags, async (options) => [
      await ingestMinutes({ ...options, station: stationOf(options.city, flags.station) }),
    ])
  }
}
