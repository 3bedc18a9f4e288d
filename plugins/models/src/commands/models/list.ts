import { filterFlags } from '../../services/flags.ts'
import type { Listed } from '../../services/list-models.ts'
import { ModelsCommand } from '../../services/models-command.ts'

export default class ModelsList extends ModelsCommand<Listed[]> {
  static override summary = 'List pilots and live models: id, windows, test span, origin, verdict, live or not, stale.'
  static override flags = filterFlags
  static override examples = ['<%= config.bin %> models list', '<%= config.bin %> models list --city miami --json']

  async run(): Promise<Listed[]> {
    const { flags } = await this.parse(ModelsList)
    const { listModels } = await import('../../services/list-models.ts')
    const { renderList } = await import('../../services/render.ts')
    const listed = await this.registry((world) => listModels(world, flags))
    for (const line of renderList(listed)) this.log(line)
    return listed
  }
}
