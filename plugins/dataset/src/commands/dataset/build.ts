import { KwxCommand, pilotFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class DatasetBuild extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Build the as-of dataset of a configuration.'
  static override description =
    'Runs the pilot pipeline up to the dataset: ingests what is missing, then writes features, sealed labels and the completeness table. What is already there is not made again. Exit status 5: data is missing.'
  static override flags = pilotFlags
  static override examples = [
    '<%= config.bin %> dataset build --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> dataset build --config configs/elasticnet_mia_between.yaml --offline',
  ]

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(DatasetBuild)
    const { config, plan, force, offline, workers } = flags
    return this.runOrPreview('pilot', { config }, { to: 'build', plan, force, offline, workers })
  }
}
