import { IngestCommand, ingestFlags } from '../../services/ingest/command.ts'

export default class IngestArchive extends IngestCommand {
  static override summary = "Bring NCEI's daily maxima into the database, to hold them against what paid."
  static override description =
    'A cross-check: the archive keeps later corrections, so no label and no feature reads it.'
  static override flags = ingestFlags
  static override examples = ['<%= config.bin %> ingest archive --city miami --from 2025-02-01 --to 2025-02-07']

  async run() {
    const { flags } = await this.parse(IngestArchive)
    const { ingestArchive } = await import('../../services/ingest/ingest-archive.ts')
    return this.ingest(flags, async (options) => [await ingestArchive(options)])
  }
}
