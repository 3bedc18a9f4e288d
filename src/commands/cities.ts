import type { City } from '../cities/city.ts'
import { KwxCommand } from '../command.ts'

export default class Cities extends KwxCommand<City[]> {
  static override summary = 'List the cities that the installed plugins contribute.'
  static override examples = ['<%= config.bin %> cities', '<%= config.bin %> cities --json']

  async run(): Promise<City[]> {
    await this.parse(Cities)
    const { loadCities } = await import('../cities/index.ts')
    const cities = await loadCities(await this.contributions())
    for (const { id, name, station, zone, series } of cities) {
      this.log(`${id.padEnd(14)} ${name.padEnd(28)} ${station}  ${series[0]!.ticker.padEnd(12)} ${zone}`)
    }
    return cities
  }
}
