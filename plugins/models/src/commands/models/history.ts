import { Flags } from 'kwx/command'

import { filterFlags } from '../../services/flags.ts'
import type { History } from '../../services/history.ts'
import { ModelsCommand } from '../../services/models-command.ts'

export default class ModelsHistory extends ModelsCommand<History> {
  static override summary = 'List every change of what is live, oldest first. Nothing in it is ever rewritten.'
  static override flags = {
    ...filterFlags,
    role: Flags.string({ options: ['champion', 'challenger'], description: 'Only of this role.' }),
  }
  static override examples = [
    '<%= config.bin %> models history',
    '<%= config.bin %> models history --city miami --bracket between --json',
  ]

  async run(): Promise<History> {
    const { flags } = await this.parse(ModelsHistory)
    const { readHistory, renderHistory } = await import('../../services/history.ts')
    const history = await this.registry((world) => readHistory(world, flags))
    for (const line of renderHistory(history)) this.log(line)
    return history
  }
}
