import { join } from 'node:path'

import { worstExit } from 'kwx'
import { loadCity } from 'kwx/cities'
import { Flags, KwxCommand } from 'kwx/command'
import type { LabelsFile } from 'kwx/contracts'

import type { LabelAudit } from '../../services/labels/label-audit.ts'
import type { Span } from '../../storage/loaded-rows.ts'

/** What `kwx audit labels` answers. */
interface LabelAudits {
  readonly exit: number
  readonly audits: readonly LabelAudit[]
}

export default class AuditLabels extends KwxCommand<LabelAudits> {
  static override summary = 'Hold labels against every issuance, the exchange, the archive and the strike rules.'
  static override description =
    'Audits what the database has of a city (of every city without --city), or the sealed labels of a configuration. Differences from reports and archive are listed, the exchange stands. Exit status: 3 a label contradicts the exchange, 4 nothing is settled, 5 nothing is loaded.'
  static override flags = {
    config: Flags.string({
      helpValue: 'FILE',
      description: 'Production configuration whose sealed labels are audited.',
      exclusive: ['city', 'from', 'to'],
    }),
    city: Flags.string({ helpValue: 'ID', description: 'City, by id or alias.' }),
    from: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'First event day; the first that is loaded.' }),
    to: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'Last event day, inclusive; the last that is loaded.' }),
  }
  static override examples = [
    '<%= config.bin %> audit labels --city miami --from 2024-11-19 --to 2025-02-25',
    '<%= config.bin %> audit labels --config configs/elasticnet_mia_between.yaml --json',
  ]

  async run(): Promise<LabelAudits> {
    const { flags } = await this.parse(AuditLabels)
    const { auditLabels } = await import('../../services/labels/audit-labels.ts')
    const { exitOf } = await import('../../services/exit-of.ts')
    const { labelLines } = await import('../../services/labels/label-lines.ts')
    const { askedSpan, nothingLoaded } = await import('../../services/scope.ts')
    const { loadedCities } = await import('../../storage/loaded-rows.ts')
    const contributions = await this.contributions()
    const dataset = flags.config === undefined ? null : await this.#dataset(flags.config)
    const span = dataset?.span ?? askedSpan(flags.from, flags.to)
    const name = dataset?.sealed.city ?? flags.city
    const chosen = name === undefined ? undefined : await loadCity(contributions, name)
    const audits = await this.withEnvironment({ offline: true }, async (world) => {
      const db = await world.database()
      const ids = chosen ? [chosen.id] : await loadedCities(db)
      if (ids.length === 0) throw nothingLoaded(null, span)
      const found: LabelAudit[] = []
      for (const id of ids) {
        const city = chosen ?? (await loadCity(contributions, id))
        const sealed = dataset?.sealed ?? null
        found.push(await auditLabels({ db, city, span, nowMs: world.clock.now(), sealed }))
      }
      return found
    })
    for (const line of audits.flatMap((audit) => [...labelLines(audit)])) this.log(line)
    const exit = worstExit(audits.map(({ verdict }) => exitOf(verdict)))
    process.exitCode = exit
    return { exit, audits }
  }

  /** The sealed labels of a configuration's dataset, built where it is not there yet, and its days. */
  async #dataset(config: string): Promise<{ sealed: LabelsFile; span: Span }> {
    const run = await this.runPipeline('dataset', { config })
    const { readJson } = await import('kwx/artefacts')
    const { parseDay } = await import('kwx/time')
    const { folderOf } = await import('../../services/dataset-run.ts')
    const { config: loaded } = await readJson<{ config: { start_date: string; end_date: string } }>(
      join(folderOf(run, 'config:load', 'config'), 'config.json'),
    )
    const sealed = await readJson<LabelsFile>(join(folderOf(run, 'dataset:build', 'labels'), 'labels.json'))
    return { sealed, span: { fromDay: parseDay(loaded.start_date), toDay: parseDay(loaded.end_date) } }
  }
}
