import { IngestCommand, ingestFlags, priceFlag, stationFlag, stationOf } from '../../services/ingest/command.ts'

export default class IngestAll extends IngestCommand {
  static override summary = 'Bring markets, prices, station reports and settlements into the database.'
  static override flags = { ...ingestFlags, 'price-source': priceFlag, station: stationFlag }
  static override examples = ['<%= config.bin %> ingest all --city miami --from 2025-02-01 --to 2025-02-07']

  async run() {
    const { flags } = await this.parse(IngestAll)
    const { ingestCity } = await import('../../services/ingest/ingest-city.ts')
    return this.ingest(flags, async (options) =>
      ingestCity({ ...options, priceSource: flags['price-source'], station: stationOf(options.city, flags.station) }),
    )
  }
}
