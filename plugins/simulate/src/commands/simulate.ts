import { Flags, KwxCommand } from 'kwx/command'
import type { RunResult } from 'kwx/pipeline'

export default class Simulate extends KwxCommand<RunResult> {
  static override summary =
    'Fill the database with a seeded market of a fictional city, whose true probabilities are stored.'
  static override description =
    'Equal parameters give equal rows; others replace the simulated rows of the city. A city with real rows is refused. What is not given is as "kwx pipelines" says under simulate.'
  static override flags = {
    city: Flags.string({ description: 'City id, see "kwx cities".' }),
    'start-date': Flags.string({ helpValue: 'YYYY-MM-DD', description: 'First climate day.' }),
    days: Flags.string({ description: 'Climate days, 1 to 400.' }),
    seed: Flags.string({ description: 'Seed of everything random.' }),
    edge: Flags.string({ description: 'Planted edge, 0 to 0.9: the maker quotes the true logit times 1 - edge.' }),
    noise: Flags.string({ description: "Sd of the maker's error in logits, 0 to 2." }),
    'trades-per-hour': Flags.string({ description: 'Mean trades per market and hour, 0 to 20.' }),
    'requote-minutes': Flags.string({ description: 'Minutes between two looks of the maker at the weather, 5 to 60.' }),
    'spread-cents': Flags.string({ description: 'Ask minus bid, 1 to 20 cents.' }),
  }
  static override examples = [
    '<%= config.bin %> simulate',
    '<%= config.bin %> simulate --days 98 --seed 7 --edge 0.5',
    '<%= config.bin %> simulate --city simville --start-date 2024-06-01 --noise 0.3 --json',
  ]

  async run(): Promise<RunResult> {
    const { flags } = await this.parse(Simulate)
    // Bounds, types and defaults are the step's own: flags are handed on as text.
    const { json: _json, quiet: _quiet, 'no-color': _color, ...own } = flags as Record<string, unknown>
    const given = Object.entries(own).filter(([, value]) => value !== undefined)
    const params = Object.fromEntries(given.map(([name, value]) => [name.replaceAll('-', '_'), value]))
    const result = await this.runPipeline('simulate', params)
    for (const { summary } of result.steps) if (summary) this.log(summary)
    return result
  }
}
