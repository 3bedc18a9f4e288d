import { loadCity } from 'kwx/cities'
import { Flags, KwxCommand } from 'kwx/command'

import { cityFlag, dayFlag } from '../../services/ingest/command.ts'
import type { IngestStatus } from '../../services/ingest/status.ts'

export default class IngestStatusCommand extends KwxCommand<IngestStatus> {
  static override summary = 'Show which city-days the database has, and how that is known.'
  static override flags = {
    city: cityFlag,
    from: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'First day; the first that is known unless told.' }),
    to: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'Last day; the last that is known unless told.' }),
  }
  static override examples = ['<%= config.bin %> ingest status --city miami --from 2025-02-01 --to 2025-02-07']

  async run() {
    const { flags } = await this.parse(IngestStatusCommand)
    const [settings, contributions] = [await this.settings(), await this.contributions()]
    const city = await loadCity(contributions, flags.city)
    const { openEnvironment } = await import('kwx/pipeline')
    const { ingestStatus, knownSpan, statusLines } = await import('../../services/ingest/status.ts')
    const world = await openEnvironment({ settings, contributions, offline: true })
    try {
      const db = await world.database()
      const known = await knownSpan(db, city)
      const from = flags.from === undefined ? known.from : dayFlag('from', flags.from)
      const to = flags.to === undefined ? known.to : dayFlag('to', flags.to)
      const status = await ingestStatus(db, city, from, to)
      for (const line of statusLines(status)) this.log(line)
      return status
    } finally {
      await world.close()
    }
  }
}
