import { Flags } from 'kwx/command'
import { placeFlags } from '../../services/flags.ts'
import { ModelsCommand } from '../../services/models-command.ts'
import type { Promotion } from '../../storage/registry.ts'

export default class ModelsRollback extends ModelsCommand<Promotion> {
  static override summary = 'Go back to the model that was live before, after loading it whole.'
  static override description = 'Exit status 5: there is nothing to go back to, or its files are gone.'
  static override flags = {
    ...placeFlags,
    to: Flags.integer({
      min: 1,
      helpValue: 'PROMOTION',
      description: 'Number of a promotion, see "kwx models history".',
    }),
    reason: Flags.string({ description: 'Why, in a sentence of 10 to 500 letters; recorded.' }),
  }
  static override examples = [
    '<%= config.bin %> models rollback --city miami --bracket between',
    '<%= config.bin %> models rollback --city miami --bracket between --to 3 --reason "losses since Tuesday"',
  ]

  async run(): Promise<Promotion> {
    const { flags } = await this.parse(ModelsRollback)
    const { rollback } = await import('../../services/rollback.ts')
    const { placeOf } = await import('../../services/place.ts')
    const { renderPromotion } = await import('../../services/render.ts')
    const done = await this.registry(async (world) =>
      rollback(world, await placeOf(world.contributions, flags), { to: flags.to, reason: flags.reason }),
    )
    this.log(renderPromotion(done))
    return done
  }
}
