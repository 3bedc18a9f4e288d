import { Args } from 'kwx/command'
import { ModelsCommand } from '../../services/models-command.ts'
import type { Shown } from '../../services/show-model.ts'

export default class ModelsShow extends ModelsCommand<Shown> {
  static override summary =
    'Show one pilot, promoted version or window in full: parameters, certificate, training span, data, where it is live.'
  static override args = {
    model: Args.string({ required: true, description: 'A folder, or the first 6 or more digits of an id.' }),
  }
  static override examples = [
    '<%= config.bin %> models show models/pilots/miami/between/elasticnet_mia_between',
    '<%= config.bin %> models show 3f9ac1d2 --json',
  ]

  async run(): Promise<Shown> {
    const { args } = await this.parse(ModelsShow)
    const { showModel } = await import('../../services/show-model.ts')
    const { renderShown } = await import('../../services/render.ts')
    const shown = await this.registry((world) => showModel(world, args.model))
    for (const line of renderShown(shown)) this.log(line)
    return shown
  }
}
