import { IngestCommand, ingestFlags, sourceFlag } from '../../services/ingest/command.ts'

export default class IngestSettlements extends IngestCommand {
  static override summary = 'Bring every issuance of the daily climate report into the database.'
  static override flags = { ...ingestFlags, source: sourceFlag('iem-cli') }
  static override examples = [
    '<%= config.bin %> ingest settlements --city miami --from 2025-02-01 --to 2025-02-07',
    '<%= config.bin %> ingest settlements --city miami --from 2026-11-22 --to 2026-11-24 --source nws-cli',
  ]

  async run() {
    const { flags } = await this.parse(IngestSettlements)
    const { ingestMaxima } = await import('../../services/ingest/ingest-maxima.ts')
    return this.ingest(flags, async (options) => [await ingestMaxima({ ...options, feed: flags.source })])
  }
}
