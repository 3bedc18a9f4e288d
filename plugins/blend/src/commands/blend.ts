import { KwxCommand, pilotFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class Blend extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Pool a pilot with its market and say whether that beats the market.'
  static override description = 'Runs the pipeline decide up to the pool.'
  static override flags = pilotFlags
  static override examples = ['<%= config.bin %> blend --config configs/elasticnet_mia_between.yaml']

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(Blend)
    const { config, plan, force, offline, workers } = flags
    return this.runOrPreview('decide', { config }, { to: 'blend', plan, force, offline, workers })
  }
}
