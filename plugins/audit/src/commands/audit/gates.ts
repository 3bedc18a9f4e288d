import { KwxCommand, pilotFlags } from 'kwx/command'
import type { GateAuditFile } from 'kwx/contracts'
import type { PreviewLine } from 'kwx/pipeline'

/** What `kwx audit gates` answers: the report, the run that made it, and where it lies. */
interface GateAuditAnswer {
  readonly exit: number
  readonly run_id: string
  readonly file: string
  readonly audits: readonly GateAuditFile[]
}

export default class AuditGates extends KwxCommand<GateAuditAnswer | PreviewLine[]> {
  static override summary = 'Audit gated features: what they show, what the gate hides, what models lose without them.'
  static override description =
    'Runs the pipeline decide up to the audit. Exit status: 3 a gated value got through, 4 there are no rows; a city without gates is not applicable, with status 0.'
  static override flags = pilotFlags
  static override examples = [
    '<%= config.bin %> audit gates --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> audit gates --config configs/elasticnet_mia_between.yaml --offline --json',
  ]

  async run(): Promise<GateAuditAnswer | PreviewLine[]> {
    const { flags } = await this.parse(AuditGates)
    const { config, plan, force, offline, workers } = flags
    const request = { to: 'gates', force, offline, workers }
    if (plan) return this.previewPipeline('decide', { config }, request)
    const run = await this.runPipeline('decide', { config }, request)
    const { exitOf } = await import('../../services/exit-of.ts')
    const { gateLines } = await import('../../services/gates/gate-lines.ts')
    const { reportOfRun } = await import('../../services/report-of-run.ts')
    const { file, report } = await reportOfRun<GateAuditFile>(run, 'gates')
    for (const line of gateLines(report)) this.log(line)
    this.log(file)
    const exit = exitOf(report.verdict)
    process.exitCode = exit
    return { exit, run_id: run.run_id, file, audits: [report] }
  }
}
