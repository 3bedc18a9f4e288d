import { EXIT } from 'kwx'
import { ModelsCommand } from '../../services/models-command.ts'
import type { Repaired } from '../../services/repair.ts'

export default class ModelsRepair extends ModelsCommand<Repaired[]> {
  static override summary = 'Make the files of live models follow the history, where they do not.'
  static override description =
    'For a folder of models on a second machine, or one that was changed by hand. Exit status 5: something could not be made to follow.'
  static override examples = ['<%= config.bin %> models repair']

  async run(): Promise<Repaired[]> {
    await this.parse(ModelsRepair)
    const { repair } = await import('../../services/repair.ts')
    const { renderRepaired } = await import('../../services/render.ts')
    const repaired = await this.registry((world) => repair(world))
    for (const one of repaired) this.log(renderRepaired(one))
    if (repaired.length === 0) this.log('Files and history agree.')
    if (repaired.some(({ outcome }) => outcome === 'left')) process.exitCode = EXIT.stale
    return repaired
  }
}
