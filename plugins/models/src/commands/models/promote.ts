import { join } from 'node:path'

import { Args, Flags } from 'kwx/command'

import { roleFlag } from '../../services/flags.ts'
import { ModelsCommand } from '../../services/models-command.ts'
import type { Promoted } from '../../services/promote.ts'

export default class ModelsPromote extends ModelsCommand<Promoted> {
  static override summary = 'Make a verified and accepted pilot live.'
  static override description =
    'Needs a passed acceptance report and verification of this very pilot, skill shown and no harm done in 08_blend_grid.json, and rows that are not simulated unless the city is. Exit status: 0 promoted or live already, 3 refused, 4 refused for want of evidence, 5 refused because something is stale or missing.'
  static override args = { pilot: Args.string({ description: "The pilot's folder; or give --config." }) }
  static override flags = {
    config: Flags.string({ helpValue: 'FILE', description: 'Production configuration of the pilot.' }),
    role: roleFlag,
    report: Flags.string({ helpValue: 'DIR', description: 'Acceptance report; else the published one.' }),
    phase: Flags.string({ default: 'phase1', description: "First word of the report folder's name." }),
    joint: Flags.string({
      helpValue: 'DIR',
      description: 'Folder that "kwx blend" published: it answers for skill and harm.',
    }),
    override: Flags.string({
      helpValue: 'REASON',
      description:
        'Promote although requirements are not met: why, in 10 to 500 letters; recorded. Never lets an edited file through.',
    }),
    'dry-run': Flags.boolean({ description: 'Check everything and change nothing.' }),
  }
  static override examples = [
    '<%= config.bin %> models promote --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> models promote --config configs/elasticnet_mia_between.yaml --role challenger --override "on paper beside the champion until March"',
    '<%= config.bin %> models promote models/pilots/miami/between/elasticnet_mia_between --dry-run',
  ]

  async run(): Promise<Promoted> {
    const { args, flags } = await this.parse(ModelsPromote)
    const { promote } = await import('../../services/promote.ts')
    const { pilotOf } = await import('../../services/place.ts')
    const { renderPromoted } = await import('../../services/render.ts')
    const { 'dry-run': dryRun, report, phase, joint, override } = flags
    const role = flags.role as Promoted['place']['role']
    const done = await this.registry(async (world) => {
      const folder = await pilotOf({ pilot: args.pilot, config: flags.config }, async (config) => {
        const { loadProductionConfig } = await import('kwx/config')
        const { name, config: loaded } = await loadProductionConfig(config, world.contributions)
        return join(world.settings.directories.models, 'pilots', loaded.city, loaded.bracket, name)
      })
      return promote(world, { folder, role, report, phase, joint, override, dryRun })
    })
    for (const line of renderPromoted(done)) this.log(line)
    process.exitCode = done.exit
    return done
  }
}
