import { Flags } from 'kwx/command'
import { placeFlags } from '../../services/flags.ts'
import { ModelsCommand } from '../../services/models-command.ts'
import type { Promotion } from '../../storage/registry.ts'

export default class ModelsWithdraw extends ModelsCommand<Promotion> {
  static override summary = 'Use no model any more: take the live one away. Its files and its history stay.'
  static override flags = {
    ...placeFlags,
    reason: Flags.string({ required: true, description: 'Why, in a sentence of 10 to 500 letters; recorded.' }),
  }
  static override examples = [
    '<%= config.bin %> models withdraw --city miami --bracket between --role challenger --reason "the trial is over"',
  ]

  async run(): Promise<Promotion> {
    const { flags } = await this.parse(ModelsWithdraw)
    const { withdraw } = await import('../../services/rollback.ts')
    const { placeOf } = await import('../../services/place.ts')
    const { renderPromotion } = await import('../../services/render.ts')
    const done = await this.registry(async (world) =>
      withdraw(world, await placeOf(world.contributions, flags), flags.reason),
    )
    this.log(renderPromotion(done))
    return done
  }
}
