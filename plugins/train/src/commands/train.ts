import { KwxCommand, pilotFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class Train extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Train the walk-forward windows of a configuration and publish them under models/pilots.'
  static override description =
    'Runs the pilot pipeline up to training; what is already there is not made again. Exit status 4: no window had enough evidence.'
  static override flags = pilotFlags
  static override examples = [
    '<%= config.bin %> train --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> train --config configs/elasticnet_mia_between.yaml --plan',
  ]

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(Train)
    const { config, plan, force, offline, workers } = flags
    return this.runOrPreview('pilot', { config }, { to: 'train', plan, force, offline, workers })
  }
}
