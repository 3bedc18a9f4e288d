import { IngestCommand, ingestFlags } from '../../services/ingest/command.ts'

export default class IngestSettlements extends IngestCommand {
  static override summary = 'Bring every issuance of the daily climate report into the database.'
  static override flags = { ...ingestFlags }
  static override examples = ['<%= config.bin %> ingest settlements --city miami --from 2025-02-01 --to 2025-02-07']

  async run() {
    const { flags } = await this.parse(IngestSettlements)
    const { ingestSettlements } = await import('../../services/ingest/ingest-settlements.ts')
    return this.ingest(flags, async (options) => [await ingestSettlements(options)])
  }
}
