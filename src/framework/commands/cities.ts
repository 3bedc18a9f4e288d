import type { City } from '../../domain/cities/city.ts'
import { KwxCommand } from '../command.ts'

/** `tested`, or what of the manifest was not checked again. */
const standing = ({ tested, unchecked = [] }: City): string =>
  tested ? 'tested' : unchecked.length > 0 ? `unchecked: ${unchecked.join(', ')}` : 'listed'

export default class Cities extends KwxCommand<City[]> {
  static override summary = 'List the cities that the installed plugins contribute.'
  static override examples = ['<%= config.bin %> cities', '<%= config.bin %> cities --json']

  async run(): Promise<City[]> {
    await this.parse(Cities)
    const { loadCities } = await import('../contributions/cities.ts')
    const cities = await loadCities(await this.contributions())
    for (const city of cities) {
      const { id, name, station, zone, series } = city
      const columns = [id.padEnd(14), name.padEnd(33), station, series[0]!.ticker.padEnd(12), zone.padEnd(28)]
      this.log([...columns, standing(city)].join(' '))
    }
    return cities
  }
}
