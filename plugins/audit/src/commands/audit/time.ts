import { worstExit } from 'kwx'
import { loadCity } from 'kwx/cities'
import { Flags, KwxCommand, runFlags } from 'kwx/command'
import type { TimeAuditFile } from 'kwx/contracts'
import type { PreviewLine } from 'kwx/pipeline'

/** What `kwx audit time` answers. */
interface TimeAudits {
  readonly exit: number
  /** Of the run that made the file; null without a configuration. */
  readonly run_id: string | null
  /** Where the report lies; null without a configuration. */
  readonly file: string | null
  readonly audits: readonly TimeAuditFile[]
}

export default class AuditTime extends KwxCommand<TimeAudits | PreviewLine[]> {
  static override summary = 'Say on which day every row lies: local standard time against civil time and UTC.'
  static override description =
    'With a configuration runs the pipeline decide up to the audit of its dataset; without one audits what the database has of a city (of every city without --city). Exit status: 3 a row or an event lies where it cannot, 4 no close rule is known or there are no rows, 5 nothing is loaded.'
  static override flags = {
    config: Flags.string({
      helpValue: 'FILE',
      description: 'Production configuration whose dataset is audited.',
      exclusive: ['city', 'from', 'to'],
    }),
    city: Flags.string({ helpValue: 'ID', description: 'City, by id or alias.' }),
    from: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'First event day; the first that is loaded.' }),
    to: Flags.string({ helpValue: 'YYYY-MM-DD', description: 'Last event day, inclusive; the last that is loaded.' }),
    ...runFlags,
  }
  static override examples = [
    '<%= config.bin %> audit time --config configs/elasticnet_chi_between.yaml',
    '<%= config.bin %> audit time --city chicago --from 2024-11-01 --to 2024-11-07',
  ]

  async run(): Promise<TimeAudits | PreviewLine[]> {
    const { flags } = await this.parse(AuditTime)
    const { config, plan, force, offline, workers } = flags
    const request = { to: 'time', force, offline, workers }
    if (config !== undefined && plan) return this.previewPipeline('decide', { config }, request)
    const found = config === undefined ? await this.#direct(flags) : await this.#ofRun(config, request)
    const { exitOf } = await import('../../services/exit-of.ts')
    const { timeLines } = await import('../../services/time/time-lines.ts')
    for (const line of found.audits.flatMap((audit) => [...timeLines(audit)])) this.log(line)
    if (found.file !== null) this.log(found.file)
    const exit = worstExit(found.audits.map(({ verdict }) => exitOf(verdict)))
    process.exitCode = exit
    return { exit, ...found }
  }

  async #ofRun(config: string, request: object) {
    const run = await this.runPipeline('decide', { config }, request)
    const { reportOfRun } = await import('../../services/report-of-run.ts')
    const { file, report } = await reportOfRun<TimeAuditFile>(run, 'time')
    return { run_id: run.run_id, file, audits: [report] }
  }

  async #direct(flags: { city: string | undefined; from: string | undefined; to: string | undefined }) {
    const { askedSpan, nothingLoaded } = await import('../../services/scope.ts')
    const { loadedCities } = await import('../../storage/loaded-rows.ts')
    const { auditTime } = await import('../../services/time/audit-time.ts')
    const span = askedSpan(flags.from, flags.to)
    const contributions = await this.contributions()
    const chosen = flags.city === undefined ? undefined : await loadCity(contributions, flags.city)
    const audits = await this.withEnvironment({ offline: true }, async (world) => {
      const db = await world.database()
      const ids = chosen ? [chosen.id] : await loadedCities(db)
      if (ids.length === 0) throw nothingLoaded(null, span)
      const done: TimeAuditFile[] = []
      for (const id of ids) {
        const city = chosen ?? (await loadCity(contributions, id))
        done.push(await auditTime({ db, city, span, dataset: null, signal: world.signal }))
      }
      return done
    })
    return { run_id: null, file: null, audits }
  }
}
