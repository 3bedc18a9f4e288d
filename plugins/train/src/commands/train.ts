import { Flags, KwxCommand, runFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class Train extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Train the walk-forward windows of a configuration and publish them under models/pilots.'
  static override description =
    'Runs the pilot pipeline up to training; what is already there is not made again. Exit status 4: no window had enough evidence.'
  static override flags = {
    config: Flags.string({ required: true, helpValue: 'FILE', description: 'Production configuration.' }),
    ...runFlags,
  }
  static override examples = [
    '<%= config.bin %> train --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> train --config configs/elasticnet_mia_between.yaml --plan',
  ]

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(Train)
    const { config, plan, force, offline, workers } = flags
    const request = { to: 'train', force, offline, workers }
    if (plan) return this.previewPipeline('pilot', { config }, request)
    const result = await this.runPipeline('pilot', { config }, request)
    const { describeRun } = await import('kwx/pipeline')
    for (const line of describeRun(result)) this.log(line)
    return result
  }
}
