import { Args, KwxCommand } from 'kwx/command'

import type { ValidConfig } from '../../services/validate-configs.ts'

export default class ConfigValidate extends KwxCommand<ValidConfig[]> {
  static override summary = 'Check production configurations; every mistake of every file is listed, exit 2.'
  static override strict = false
  static override args = { file: Args.string({ required: true, description: 'Configuration files.' }) }
  static override examples = [
    '<%= config.bin %> config validate configs/elasticnet_chi_between.yaml',
    '<%= config.bin %> config validate configs/*.yaml --json',
  ]

  async run(): Promise<ValidConfig[]> {
    const { argv } = await this.parse(ConfigValidate)
    const { validateConfigs } = await import('../../services/validate-configs.ts')
    const valid = await validateConfigs(argv as string[], await this.contributions())
    for (const { file, city, bracket, feature_set, windows, test_days } of valid) {
      this.log(`OK ${file}: ${city} ${bracket}, ${feature_set}, ${windows} windows, ${test_days} test days`)
    }
    return valid
  }
}
