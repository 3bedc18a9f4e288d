import { IngestCommand, ingestFlags, priceFlag } from '../../services/ingest/command.ts'

export default class IngestKalshi extends IngestCommand {
  static override summary = 'Bring markets and their prices into the database.'
  static override flags = { ...ingestFlags, 'price-source': priceFlag }
  static override examples = [
    '<%= config.bin %> ingest kalshi --city miami --from 2025-02-01 --to 2025-02-07 --price-source trades',
  ]

  async run() {
    const { flags } = await this.parse(IngestKalshi)
    const { ingestKalshi } = await import('../../services/ingest/ingest-kalshi.ts')
    return this.ingest(flags, async (options) => [
      await ingestKalshi({ ...options, priceSource: flags['price-source'] }),
    ])
  }
}
