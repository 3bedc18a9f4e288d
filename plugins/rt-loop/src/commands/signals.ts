import { Flags, KwxCommand } from 'kwx/command'
import { formatInstant } from 'kwx/time'
import type { Signal } from '../storage/signals.ts'

export default class Signals extends KwxCommand<Signal[]> {
  static override summary = 'Show recorded signals, newest last.'
  static override description =
    'Probabilities of YES by the model, by the market and pooled, then what there was to do: a side and its edge in cents after fee and slippage, or the reason why not.'
  static override flags = {
    city: Flags.string({ env: 'KWX_CITY', helpValue: 'ID', description: 'Only this city, by id or alias.' }),
    limit: Flags.integer({
      min: 1,
      max: 100_000,
      default: 50,
      helpValue: 'N',
      description: 'At most so many, the newest.',
    }),
    acting: Flags.boolean({ description: 'Only those to act on.' }),
  }
  static override examples = ['<%= config.bin %> signals', '<%= config.bin %> signals --city miami --acting --json']

  async run(): Promise<Signal[]> {
    const { flags } = await this.parse(Signals)
    const { loadCity } = await import('kwx/cities')
    const { readSignals } = await import('../storage/signals.ts')
    const city = flags.city === undefined ? {} : { city: (await loadCity(await this.contributions(), flags.city)).id }
    const every = { fromMinute: 0, toMinute: 2 ** 31 - 1 }
    const shown = await this.withEnvironment({ offline: true }, async (world) =>
      readSignals(await world.database(), { ...every, ...city, limit: flags.limit, acting: flags.acting }),
    )
    if (shown.length > 0) this.log(HEADING)
    for (const signal of shown) this.log(lineOf(signal))
    if (shown.length === 0) this.log(noneOf(flags))
    return shown
  }
}

const HEADING = ['minute ended'.padEnd(24), 'market'.padEnd(26), 'model', 'price', ' pool', 'to do, or why not'].join(
  '  ',
)

const probability = (p: number | null) => (p === null ? '    -' : p.toFixed(3))

function lineOf({ endMinute, ticker, pModel, pMarket, pBlend, edgeCents, side, standDown }: Signal): string {
  const said = standDown ?? `${side} +${edgeCents!.toFixed(2)} cents`
  const columns = [
    formatInstant(endMinute * 60_000),
    ticker.padEnd(26),
    probability(pModel),
    probability(pMarket),
    probability(pBlend),
  ]
  return `${columns.join('  ')}  ${said}`
}

function noneOf({ city, acting }: { city?: string | undefined; acting: boolean }): string {
  const ofCity = city === undefined ? '' : ` of ${city}`
  if (acting) return `There is no signal to act on${ofCity}; without --acting all are shown, with the reason why not.`
  return `There are no signals${ofCity}; "kwx rt-loop --config FILE --record" writes them.`
}
