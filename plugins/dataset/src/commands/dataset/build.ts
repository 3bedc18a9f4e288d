import { Flags, KwxCommand, runFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class DatasetBuild extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Build the as-of dataset of a configuration.'
  static override description =
    'Runs the pilot pipeline up to the dataset: ingests what is missing, then writes features, sealed labels and the completeness table. What is already there is not made again. Exit status 5: data is missing.'
  static override flags = {
    config: Flags.string({ required: true, helpValue: 'FILE', description: 'Production configuration.' }),
    ...runFlags,
  }
  static override examples = [
    '<%= config.bin %> dataset build --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> dataset build --config configs/elasticnet_mia_between.yaml --offline',
  ]

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(DatasetBuild)
    const { config, plan, force, offline, workers } = flags
    const request = { to: 'build', force, offline, workers }
    if (plan) return this.previewPipeline('pilot', { config }, request)
    const result = await this.runPipeline('pilot', { config }, request)
    const { describeRun } = await import('kwx/pipeline')
    for (const line of describeRun(result)) this.log(line)
    return result
  }
}
