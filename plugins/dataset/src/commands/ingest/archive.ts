import { Flags } from 'kwx/command'

import { IngestCommand, ingestFlags } from '../../services/ingest/command.ts'
import type { IngestReport } from '../../services/ingest/options.ts'

export default class IngestArchive extends IngestCommand {
  static override summary = 'Bring daily maxima of archives into the database, to hold them against what paid.'
  static override description =
    'A cross-check: archives keep later corrections, so no label and no feature reads them; "kwx audit labels" does.'
  static override flags = {
    ...ingestFlags,
    source: Flags.string({
      multiple: true,
      default: ['ncei', 'iem-daily'],
      helpValue: 'FEED',
      description: 'Archive to ask, once for each; "kwx sources" lists them.',
    }),
  }
  static override examples = [
    '<%= config.bin %> ingest archive --city miami --from 2025-02-01 --to 2025-02-07',
    '<%= config.bin %> ingest archive --city miami --from 2025-02-01 --to 2025-02-07 --source ncei',
  ]

  async run() {
    const { flags } = await this.parse(IngestArchive)
    const { ingestMaxima } = await import('../../services/ingest/ingest-maxima.ts')
    return this.ingest(flags, async (options) => {
      const reports: IngestReport[] = []
      for (const feed of flags.source) reports.push(await ingestMaxima({ ...options, feed }))
      return reports
    })
  }
}
