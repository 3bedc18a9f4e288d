import { KwxCommand, pilotFlags } from 'kwx/command'
import type { PreviewLine, RunResult } from 'kwx/pipeline'

export default class Verify extends KwxCommand<RunResult | PreviewLine[]> {
  static override summary = 'Verify a pilot by executing its checks against the data, training it first where needed.'
  static override description =
    'Runs the pilot pipeline up to verification. Exit status 3: a check failed; verification.json says which and why.'
  static override flags = pilotFlags
  static override examples = [
    '<%= config.bin %> verify --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> verify --config configs/elasticnet_mia_between.yaml --plan',
  ]

  async run(): Promise<RunResult | PreviewLine[]> {
    const { flags } = await this.parse(Verify)
    const { config, plan, force, offline, workers } = flags
    return this.runOrPreview('pilot', { config }, { to: 'verify', plan, force, offline, workers })
  }
}
