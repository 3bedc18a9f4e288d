import type { FeatureSet } from '../../domain/features/feature.ts'
import { KwxCommand } from '../command.ts'

interface FeatureSetRow {
  id: string
  plugin: string
  title: string
  version: string
  features: { name: string; unit: string; missing: string; lookBackMinutes: number }[]
}

export default class FeatureSets extends KwxCommand<FeatureSetRow[]> {
  static override summary = 'List the feature sets and what they hold.'
  static override description =
    'The last column says what happens where a feature is missing: a critical one drops the row, an optional one becomes 0 with a flag of its own, one of a strike is critical where the bracket has that side, never cannot happen.'
  static override examples = ['<%= config.bin %> feature-sets', '<%= config.bin %> feature-sets --json']

  async run(): Promise<FeatureSetRow[]> {
    await this.parse(FeatureSets)
    const contributions = await this.contributions()
    const rows: FeatureSetRow[] = []
    for (const { id, plugin } of contributions.list('featureSets')) {
      const { title, version, features } = await contributions.load<FeatureSet>('featureSets', id)
      const described = features.map(({ name, unit, missing, lookBackMinutes }) => ({
        name,
        unit,
        missing,
        lookBackMinutes,
      }))
      rows.push({ id, plugin, title, version, features: described })
    }
    const all = rows.flatMap(({ features }) => features)
    const names = Math.max(...all.map(({ name }) => name.length))
    const units = Math.max(...all.map(({ unit }) => unit.length))
    for (const { id, title, features } of rows) {
      this.log(`${id} (${features.length}): ${title}`)
      for (const { name, unit, missing } of features)
        this.log(`  ${name.padEnd(names)}  ${unit.padEnd(units)}  ${missing}`)
    }
    return rows
  }
}
