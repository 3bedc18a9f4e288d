import { Flags, KwxCommand, pilotFlags } from 'kwx/command'

import type { Accepted } from '../services/accepted.ts'
import type { CiReport } from '../services/ci/ci-report.ts'

export default class Accept extends KwxCommand<Accepted | unknown> {
  static override summary = 'Judge a pilot against its market and write the acceptance report.'
  static override description =
    'Runs what is missing of the pilot first; with --pipeline decide also the pool, the backtest and the audits. Exit status: 0 passed, 1 error, 2 bad usage or configuration, 3 a gate failed, 4 not enough evidence, 5 stale or missing data.'
  static override flags = {
    ...pilotFlags,
    pipeline: Flags.string({
      options: ['pilot', 'decide'],
      default: 'pilot',
      description: 'What to judge: the pilot alone, or all that a decision needs.',
    }),
    ci: Flags.boolean({
      description: 'Write JUnit XML and the summary of the job, and print annotations of GitHub Actions.',
    }),
    junit: Flags.string({
      helpValue: 'FILE',
      description: 'JUnit XML; with --ci by default <configuration>.junit.xml beside the reports.',
    }),
    summary: Flags.string({
      helpValue: 'FILE',
      description: 'Markdown page; with --ci by default appended to GITHUB_STEP_SUMMARY.',
    }),
  }
  static override examples = [
    '<%= config.bin %> accept --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> accept --config configs/elasticnet_mia_between.yaml --offline --json',
    '<%= config.bin %> accept --config configs/elasticnet_mia_between.yaml --pipeline decide --ci --junit accept.xml',
  ]

  async run(): Promise<Accepted | unknown> {
    const { flags } = await this.parse(Accept)
    const { config, plan, force, offline, workers, pipeline, ci } = flags
    const request = { force, offline, workers }
    if (plan) return this.previewPipeline(pipeline, { config }, request)
    const { reports } = (await this.settings()).directories
    const { assertReportsWritable } = await import('../services/write-probe.ts')
    const { assertTargetsWritable, ciTargets, writeCi } = await import('../services/ci/write-ci.ts')
    const { ciReport, ciReportOfError } = await import('../services/ci/ci-report.ts')
    const { acceptedOf, describeAccepted } = await import('../services/accepted.ts')
    const targets = ciTargets(flags, reports, process.env['GITHUB_STEP_SUMMARY'])
    await assertTargetsWritable(targets)
    let accepted: Accepted
    try {
      await assertReportsWritable(reports)
      accepted = await acceptedOf(await this.runPipeline(pipeline, { config }, request), reports)
    } catch (error) {
      const broken = ciReportOfError(error, config)
      await writeCi(broken, targets).catch(() => {}) // what broke the run is the news
      if (ci) await this.annotate(broken, config)
      throw error
    }
    for (const line of describeAccepted(accepted)) this.log(line)
    const report = ciReport(accepted.summary, accepted.exit)
    await writeCi(report, targets)
    if (ci) await this.annotate(report, config)
    return accepted
  }

  private async annotate(report: CiReport, config: string): Promise<void> {
    const { annotations } = await import('../services/ci/annotations.ts')
    for (const line of annotations(report, config)) this.log(line)
  }
}
