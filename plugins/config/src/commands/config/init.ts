import { Args, Flags, KwxCommand } from 'kwx/command'

export default class ConfigInit extends KwxCommand<{ file: string }> {
  static override summary = 'Write a new production configuration in which every key is explained.'
  static override args = { file: Args.string({ required: true, description: 'The file to write; it must not exist.' }) }
  static override flags = {
    city: Flags.string({ required: true, description: 'City id, see "kwx cities".' }),
    bracket: Flags.string({ required: true, options: ['between', 'greater', 'less'], description: 'Strike type.' }),
    'feature-set': Flags.string({ default: 'elasticnet_rich', description: 'See "kwx feature-sets".' }),
    'start-date': Flags.string({ default: '2024-11-20', description: 'First training day.' }),
    'end-date': Flags.string({ default: '2025-02-25', description: 'Last test day, inclusive.' }),
    'train-days': Flags.integer({ default: 42, min: 1, description: 'Training days of a window.' }),
  }
  static override examples = ['<%= config.bin %> config init configs/miami.yaml --city miami --bracket between']

  async run(): Promise<{ file: string }> {
    const { args, flags } = await this.parse(ConfigInit)
    const { writeStarter } = await import('../../services/starter-config.ts')
    const written = await writeStarter(
      {
        file: args.file,
        city: flags.city,
        bracket: flags.bracket,
        featureSet: flags['feature-set'],
        startDate: flags['start-date'],
        endDate: flags['end-date'],
        trainDays: flags['train-days'],
      },
      await this.contributions(),
    )
    this.log(`Wrote ${written.file}. Check it with "kwx config validate ${written.file}".`)
    return written
  }
}
