import { Flags, KwxCommand, runFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class Verify extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Verify a pilot by executing its checks against the data, training it first where needed.'
  static override description =
    'Runs the pilot pipeline up to verification. Exit status 3: a check failed; verification.json says which and why.'
  static override flags = {
    config: Flags.string({ required: true, helpValue: 'FILE', description: 'Production configuration.' }),
    ...runFlags,
  }
  static override examples = [
    '<%= config.bin %> verify --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> verify --config configs/elasticnet_mia_between.yaml --plan',
  ]

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(Verify)
    const { config, plan, force, offline, workers } = flags
    const request = { to: 'verify', force, offline, workers }
    if (plan) return this.previewPipeline('pilot', { config }, request)
    const result = await this.runPipeline('pilot', { config }, request)
    const { describeRun } = await import('kwx/pipeline')
    for (const line of describeRun(result)) this.log(line)
    return result
  }
}
