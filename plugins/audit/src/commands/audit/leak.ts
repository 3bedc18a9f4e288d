import { worstExit } from 'kwx'
import { loadCity } from 'kwx/cities'
import { Flags, KwxCommand } from 'kwx/command'
import type { Bracket } from 'kwx/config'

import type { LeakAudit } from '../../services/leak/audit-leak.ts'

const brackets: Bracket[] = ['between', 'greater', 'less']

/** What `kwx audit leak` answers. */
interface LeakAudits {
  readonly exit: number
  readonly audits: readonly LeakAudit[]
}

export default class AuditLeak extends KwxCommand<LeakAudits> {
  static override summary = 'Rebuild sampled rows from the database as it was at their minute and compare every bit.'
  static override description =
    'Audits the dataset of a configuration, or of what the database has of a city (of every city without --city). Exit status: 3 something knows too much, 4 there are no rows, 5 nothing is loaded.'
  static override flags = {
    config: Flags.string({
      helpValue: 'FILE',
      description: 'Production configuration.',
      exclusive: ['city', 'from', 'to'],
    }),
    city: Flags.string({ helpValue: 'ID', description: 'City, by id or alias.' }),
    from: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'First event day; the first that is loaded.' }),
    to: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'Last event day, inclusive; the last that is loaded.' }),
    bracket: Flags.option({
      options: brackets,
      default: 'between',
      description: 'Bracket, without a configuration.',
    })(),
    'feature-set': Flags.string({
      default: 'elasticnet_rich',
      helpValue: 'ID',
      description: 'Feature set, without a configuration.',
    }),
    rows: Flags.integer({ min: 1, max: 10_000_000, default: 10_000, description: 'Rows to rebuild.' }),
    seed: Flags.integer({ default: 42, description: 'Another seed draws other rows.' }),
  }
  static override examples = [
    '<%= config.bin %> audit leak --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> audit leak --city miami --feature-set nextgen --rows 2000 --json',
  ]

  async run(): Promise<LeakAudits> {
    const { flags } = await this.parse(AuditLeak)
    const { rows, seed } = flags
    const { auditDataset } = await import('../../services/leak/audit-dataset.ts')
    const { exitOf } = await import('../../services/exit-of.ts')
    const { leakLines } = await import('../../services/leak/leak-lines.ts')
    const contributions = await this.contributions()
    const audits: LeakAudit[] = []
    for (const config of flags.config === undefined ? await this.#configs(flags) : [flags.config]) {
      const run = await this.runPipeline('dataset', { config })
      const audit = await this.withEnvironment({ offline: true }, (world) =>
        auditDataset(run, world, contributions, { rows, seed }, () => {}),
      )
      audits.push(audit)
      for (const line of leakLines(audit)) this.log(line)
    }
    const exit = worstExit(audits.map(({ verdict }) => exitOf(verdict)))
    process.exitCode = exit
    return { exit, audits }
  }

  /** A configuration for the city, or for each city that the database has events of. */
  async #configs(flags: Asked): Promise<string[]> {
    const { askedSpan, nothingLoaded } = await import('../../services/scope.ts')
    const { loadedCities } = await import('../../storage/loaded-rows.ts')
    const { writeConfig } = await import('../../services/leak/write-config.ts')
    const span = askedSpan(flags.from, flags.to)
    const contributions = await this.contributions()
    const asked = flags.city === undefined ? undefined : await loadCity(contributions, flags.city)
    const { home } = await this.settings()
    return this.withEnvironment({ offline: true }, async (world) => {
      const db = await world.database()
      const ids = asked ? [asked.id] : await loadedCities(db)
      if (ids.length === 0) throw nothingLoaded(null, span)
      const files: string[] = []
      for (const id of ids) {
        const city = asked ?? (await loadCity(contributions, id))
        files.push(
          await writeConfig(db, home, { city, span, bracket: flags.bracket, featureSet: flags['feature-set'] }),
        )
      }
      return files
    })
  }
}

interface Asked {
  readonly city: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly bracket: Bracket
  readonly 'feature-set': string
}
