import { KwxCommand } from '../command.ts'
import type { FeatureSet } from '../features/feature.ts'

interface FeatureSetRow {
  id: string
  plugin: string
  title: string
  version: string
  features: { name: string; unit: string; missing: string; lookBackMinutes: number }[]
}

export default class FeatureSets extends KwxCommand<FeatureSetRow[]> {
  static override summary = 'List the feature sets and what they hold.'

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
    for (const { id, title, features } of rows) {
      this.log(`${id} (${features.length}): ${title}`)
      for (const { name, unit, missing } of features) this.log(`  ${name.padEnd(26)} ${unit.padEnd(8)} ${missing}`)
    }
    return rows
  }
}
