import { eValues } from 'kwx/scores'
import { Gauge, type Registry } from 'prom-client'
import type { WatchedChampion } from '../champion/champion-news.ts'

/** Keeps how the champions stand against the market, for the page of metrics. */
export class ChampionMetrics {
  readonly #values: Gauge
  readonly #days: Gauge
  readonly #stoodDown: Gauge

  constructor(registry: Registry) {
    const registers = [registry]
    const labelNames = ['city', 'bracket']
    this.#values = new Gauge({
      name: 'kwx_e_process',
      help: 'Evidence that the champion is better (for) or worse (against) than the market; 20 is enough.',
      labelNames: [...labelNames, 'process'],
      registers,
    })
    this.#days = new Gauge({
      name: 'kwx_e_process_days',
      help: 'Settled days since the promotion of the champion.',
      labelNames,
      registers,
    })
    this.#stoodDown = new Gauge({
      name: 'kwx_stood_down',
      help: '1 while the champion is stood down as worse than the market.',
      labelNames,
      registers,
    })
  }

  report(champions: readonly WatchedChampion[]): void {
    for (const gauge of [this.#values, this.#days, this.#stoodDown]) gauge.reset()
    for (const { city, bracket, standing } of champions) {
      if (standing === null) continue
      const { eFor, eAgainst } = eValues(standing.state)
      this.#values.set({ city, bracket, process: 'for' }, eFor)
      this.#values.set({ city, bracket, process: 'against' }, eAgainst)
      this.#days.set({ city, bracket }, standing.state.days)
      this.#stoodDown.set({ city, bracket }, Number(standing.latchedSince !== null))
    }
  }
}
