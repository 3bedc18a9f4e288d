import { Flags } from 'kwx/command'

import { placeFlags } from '../../services/flags.ts'
import { ModelsCommand } from '../../services/models-command.ts'
import type { Which } from '../../services/which.ts'

export default class ModelsWhich extends ModelsCommand<Which> {
  static override summary = 'Say which model may be used for a climate day, now or as of an earlier time.'
  static override description =
    'Never a window that was trained or calibrated on the day. Exit status 5: the model is stale (it is printed), or there is none.'
  static override flags = {
    ...placeFlags,
    date: Flags.string({ helpValue: 'YYYY-MM-DD', description: "Climate day; the city's present one unless given." }),
    at: Flags.string({
      helpValue: 'INSTANT',
      exclusive: ['model-dir', 'pilot'],
      description: 'What was live then, like 2025-02-20T18:00:00Z, whatever came later.',
    }),
    'model-dir': Flags.string({
      helpValue: 'DIR',
      exclusive: ['pilot'],
      description: 'A folder with <city>/<bracket>/win_*, in the place of what is live.',
    }),
    pilot: Flags.string({ helpValue: 'FOLDER', description: "One pilot's own folder." }),
  }
  static override examples = [
    '<%= config.bin %> models which --city miami --bracket between',
    '<%= config.bin %> models which --city miami --bracket between --at 2025-02-20T18:00:00Z',
    '<%= config.bin %> models which --city miami --bracket between --date 2025-02-20 --pilot models/pilots/miami/between/elasticnet_mia_between',
  ]

  async run(): Promise<Which> {
    const { flags } = await this.parse(ModelsWhich)
    const { pilotFolder, which } = await import('../../services/which.ts')
    const { placeOf } = await import('../../services/place.ts')
    const { renderWhich } = await import('../../services/render.ts')
    const modelDir = flags['model-dir'] ?? (flags.pilot && pilotFolder(flags.pilot))
    const found = await this.registry(async (world) => {
      const place = await placeOf(world.contributions, flags)
      return which(world, place, { date: flags.date, at: flags.at, modelDir })
    })
    for (const line of renderWhich(found)) this.log(line)
    process.exitCode = found.exit
    return found
  }
}
