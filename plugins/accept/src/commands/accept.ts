import { KwxCommand, pilotFlags } from 'kwx/command'

import type { Accepted } from '../services/accepted.ts'

export default class Accept extends KwxCommand<Accepted | unknown> {
  static override summary = 'Judge a pilot against its market and write the acceptance report.'
  static override description =
    'Runs what is missing of the pilot first. Exit status: 0 passed, 1 error, 2 bad usage or configuration, 3 a gate failed, 4 not enough evidence, 5 stale or missing data.'
  static override flags = pilotFlags
  static override examples = [
    '<%= config.bin %> accept --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> accept --config configs/elasticnet_mia_between.yaml --offline --json',
  ]

  async run(): Promise<Accepted | unknown> {
    const { flags } = await this.parse(Accept)
    const { config, plan, force, offline, workers } = flags
    const request = { force, offline, workers }
    if (plan) return this.previewPipeline('pilot', { config }, request)
    const { reports } = (await this.settings()).directories
    const { assertReportsWritable } = await import('../services/write-probe.ts')
    await assertReportsWritable(reports)
    const result = await this.runPipeline('pilot', { config }, request)
    const { acceptedOf, describeAccepted } = await import('../services/accepted.ts')
    const accepted = await acceptedOf(result, reports)
    for (const line of describeAccepted(accepted)) this.log(line)
    return accepted
  }
}
