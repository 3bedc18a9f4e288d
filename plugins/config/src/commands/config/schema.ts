import { Flags, KwxCommand } from 'kwx/command'

export default class ConfigSchema extends KwxCommand<object> {
  static override summary = 'Print the JSON Schema of a production configuration, for editors and other programs.'
  static override flags = { settings: Flags.boolean({ description: 'The schema of the project file instead.' }) }
  static override examples = ['<%= config.bin %> config schema > kwx-config.schema.json']

  async run(): Promise<object> {
    const { flags } = await this.parse(ConfigSchema)
    const schema = flags.settings
      ? (await import('kwx/settings')).settingsSchema()
      : (await import('kwx/config')).productionConfigSchema
    this.log(JSON.stringify(schema, null, 2))
    return schema
  }
}
