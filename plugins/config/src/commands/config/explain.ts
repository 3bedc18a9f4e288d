import { Args, Flags, KwxCommand } from 'kwx/command'

import type { Explanation } from '../../services/explain-key.ts'

export default class ConfigExplain extends KwxCommand<Explanation> {
  static override summary = 'Explain one key: its meaning, value, origin, default and bounds, and what can set it.'
  static override args = {
    key: Args.string({ required: true, description: 'Dotted key, like search_space.C_max or sources.kalshi.url.' }),
  }
  static override flags = {
    config: Flags.string({ description: 'The production configuration to take the value from.' }),
  }
  static override examples = [
    '<%= config.bin %> config explain sources.kalshi.url',
    '<%= config.bin %> config explain train_days --config configs/elasticnet_chi_between.yaml',
  ]

  async run(): Promise<Explanation> {
    const { args, flags } = await this.parse(ConfigExplain)
    const { explainKey, renderExplanation } = await import('../../services/explain-key.ts')
    const [settings, contributions] = [await this.settings(), await this.contributions()]
    const explanation = await explainKey(args.key, { file: flags.config, settings, contributions })
    for (const line of renderExplanation(explanation)) this.log(line)
    return explanation
  }
}
