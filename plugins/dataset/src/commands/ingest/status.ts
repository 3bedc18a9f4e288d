import { loadCity } from 'kwx/cities'
import { Flags, KwxCommand } from 'kwx/command'

import { daySpan, optionalCityFlag } from '../../services/ingest/command.ts'
import type { IngestStatus } from '../../services/ingest/status.ts'

export default class IngestStatusCommand extends KwxCommand<readonly IngestStatus[]> {
  static override summary = 'Show which city-days the database has, and how that is known.'
  static override description = 'Without --city, the sums of every city that the database knows; with it, day by day.'
  static override flags = {
    city: optionalCityFlag,
    from: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'First day; the first that is known unless told.' }),
    to: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'Last day; the last that is known unless told.' }),
  }
  static override examples = [
    '<%= config.bin %> ingest status',
    '<%= config.bin %> ingest status --city miami --from 2025-02-01 --to 2025-02-07',
  ]

  async run() {
    const { flags } = await this.parse(IngestStatusCommand)
    const contributions = await this.contributions()
    const chosen = flags.city === undefined ? undefined : (await loadCity(contributions, flags.city)).id
    const { fromDay: from, toDay: to } = daySpan(flags.from, flags.to)
    const { knownSpans } = await import('../../storage/known-spans.ts')
    const { ingestStatus, overviewLines, statusLines } = await import('../../services/ingest/status.ts')
    return this.withEnvironment({ offline: true }, async (world) => {
      const db = await world.database()
      const answers: IngestStatus[] = []
      for (const [city, known] of await knownSpans(db)) {
        if (chosen !== undefined && chosen !== city) continue
        answers.push(await ingestStatus(db, await loadCity(contributions, city), from ?? known.from, to ?? known.to))
      }
      for (const line of answers.flatMap(chosen === undefined ? overviewLines : statusLines)) this.log(line)
      if (answers.length === 0) {
        const { redactUrl } = await import('kwx/database')
        const { databaseUrl: url } = await this.settings()
        const example = `kwx ingest all --city ${chosen ?? 'miami'} --from 2025-02-01 --to 2025-02-07`
        this.log(`The database has nothing${chosen === undefined ? '' : ` of ${chosen}`}: ${redactUrl(url)}`)
        this.log(`Fetch it with "${example}", or load files with "kwx ingest import FOLDER".`)
      }
      return answers
    })
  }
}
