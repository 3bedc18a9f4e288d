import { Flags, KwxCommand } from 'kwx/command'
import type { Signal } from 'kwx/database'
import { formatInstant } from 'kwx/time'

export default class Signals extends KwxCommand<Signal[]> {
  static override summary = 'Show recorded signals, newest last.'
  static override flags = {
    city: Flags.string({ env: 'KWX_CITY', helpValue: 'ID', description: 'Only this city, by id or alias.' }),
    limit: Flags.integer({ min: 1, max: 100_000, default: 50, description: 'At most so many, the newest.' }),
    acting: Flags.boolean({ description: 'Only those to act on.' }),
  }
  static override examples = ['<%= config.bin %> signals', '<%= config.bin %> signals --city miami --acting --json']

  async run(): Promise<Signal[]> {
    const { flags } = await this.parse(Signals)
    const { loadCity } = await import('kwx/cities')
    const { readSignals } = await import('kwx/database')
    const city = flags.city === undefined ? {} : { city: (await loadCity(await this.contributions(), flags.city)).id }
    const span = { fromMinute: 0, toMinute: 2 ** 31 - 1, limit: flags.limit, ...city }
    const all = await this.withEnvironment({ offline: true }, async (world) =>
      readSignals(await world.database(), span),
    )
    const shown = flags.acting ? all.filter(({ standDown }) => standDown === null) : all
    for (const signal of shown) this.log(lineOf(signal))
    if (shown.length === 0) this.log('There are no signals; "kwx rt-loop --config FILE --record" writes them.')
    return shown
  }
}

const percent = (p: number | null) => (p === null ? '    -' : p.toFixed(3))

function lineOf({ endMinute, ticker, pModel, pMarket, pBlend, edgeCents, side, standDown }: Signal): string {
  const said = standDown ?? `${side} +${edgeCents!.toFixed(2)} cents`
  const columns = [
    formatInstant(endMinute * 60_000),
    ticker.padEnd(26),
    percent(pModel),
    percent(pMarket),
    percent(pBlend),
  ]
  return `${columns.join('  ')}  ${said}`
}
