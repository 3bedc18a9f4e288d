import { EXIT, KwxError } from 'kwx'
import { Args, Flags, KwxCommand } from 'kwx/command'

import type { DatasetSummary } from '../../services/show-dataset.ts'

export default class DatasetShow extends KwxCommand<DatasetSummary> {
  static override summary =
    'Show what a built dataset holds: rows, features, completeness, quarantined labels, the gate.'
  static override description =
    'Takes the folder of a features or completeness artefact, or a configuration, whose dataset is built from the database as it is where it is not there yet.'
  static override args = {
    folder: Args.string({ description: 'Folder of a features or completeness artefact (see "dataset build --json").' }),
  }
  static override flags = {
    config: Flags.string({ helpValue: 'FILE', description: 'Production configuration.' }),
  }
  static override examples = [
    '<%= config.bin %> dataset show --config configs/elasticnet_mia_between.yaml',
    '<%= config.bin %> dataset show .kwx/artefacts/completeness/4f2a --json',
  ]

  async run(): Promise<DatasetSummary> {
    const { args, flags } = await this.parse(DatasetShow)
    const { describeDataset, readDataset } = await import('../../services/show-dataset.ts')
    const summary = await readDataset(await this.#folders(args.folder, flags.config))
    for (const line of describeDataset(summary)) this.log(line)
    return summary
  }

  async #folders(folder: string | undefined, config: string | undefined): Promise<string[]> {
    if (folder !== undefined && config === undefined) return [folder]
    if (config === undefined || folder !== undefined) {
      throw new KwxError('Give the folder of an artefact or --config, and only one of them.', {
        code: 'DATASET_SHOW_WHAT',
        exit: EXIT.usage,
        hint: 'Type "kwx dataset show --config FILE".',
      })
    }
    const { steps } = await this.runPipeline('dataset', { config })
    const { artefacts } = steps.find(({ use }) => use === 'dataset:build')!
    return Object.values(artefacts).map((artefact) => artefact.folder)
  }
}
