import { Args, KwxCommand } from 'kwx/command'

import type { Recomputed } from '../../services/recompute/recompute-report.ts'

export default class AcceptRecompute extends KwxCommand<Recomputed> {
  static override summary = 'Compute every figure of a report again from its artefacts, and fail on any difference.'
  static override description =
    'Needs neither database nor network. Exit status: 0 nothing differs, 1 an artefact was edited, 2 no report, 3 a difference, 5 an artefact is missing.'
  static override args = {
    dir: Args.string({ required: true, description: 'Folder of a published report.' }),
  }
  static override examples = ['<%= config.bin %> accept recompute acceptance_reports/phase1_miami_between']

  async run(): Promise<Recomputed> {
    const { args } = await this.parse(AcceptRecompute)
    const { recomputeReport } = await import('../../services/recompute/recompute-report.ts')
    const { assertSame, describeRecomputed } = await import('../../services/recompute/describe-recomputed.ts')
    const ctx = { contributions: await this.contributions(), settings: await this.settings() }
    const found = await recomputeReport(args.dir, ctx)
    assertSame(found)
    for (const line of describeRecomputed(found)) this.log(line)
    return found
  }
}
