import { Flags, KwxCommand } from 'kwx/command'

import type { Entry } from '../../services/entries.ts'

export default class ConfigShow extends KwxCommand<Entry[]> {
  static override summary = 'Show the resolved project settings, or a configuration, each value with its origin.'
  static override flags = { config: Flags.string({ description: 'A production configuration to show instead.' }) }
  static override examples = [
    '<%= config.bin %> config show',
    '<%= config.bin %> config show --config configs/elasticnet_chi_between.yaml',
  ]

  async run(): Promise<Entry[]> {
    const { flags } = await this.parse(ConfigShow)
    const { configEntries, renderEntries, settingEntries } = await import('../../services/entries.ts')
    const entries = flags.config
      ? await configEntries(flags.config, await this.contributions())
      : settingEntries(await this.settings())
    for (const line of renderEntries(entries)) this.log(line)
    const { unknownVariables } = await import('kwx/settings')
    for (const { name, meant } of unknownVariables(process.env)) {
      this.logToStderr(`${name} is not a setting; did you mean ${meant}?`)
    }
    return entries
  }
}
