import { EXIT, KwxError } from 'kwx'
import { Flags, KwxCommand } from 'kwx/command'
import { parseDay } from 'kwx/time'

import type { ShownPortfolio } from '../paper/show-portfolio.ts'

export default class PortfolioCommand extends KwxCommand<ShownPortfolio> {
  static override summary = 'Show the paper portfolio of a loop, and add everything up again.'
  static override description =
    'Exit status 3 when orders, fills, positions and cash do not add up. No order of it was ever sent.'
  static override flags = {
    loop: Flags.string({ helpValue: 'NAME', description: 'Which portfolio, where there are several.' }),
    day: Flags.string({ helpValue: 'DATE', description: 'Whose fills to show (UTC); the last one unless told.' }),
  }
  static override examples = ['<%= config.bin %> portfolio', '<%= config.bin %> portfolio --day 2025-02-20 --json']

  async run(): Promise<ShownPortfolio> {
    const { flags } = await this.parse(PortfolioCommand)
    const day = flags.day === undefined ? undefined : dayOf(flags.day)
    const { showPortfolio } = await import('../paper/show-portfolio.ts')
    const { portfolioLines } = await import('../paper/portfolio-lines.ts')
    const shown = await this.withEnvironment({ offline: true }, async (world) =>
      showPortfolio(await world.database(), { loop: flags.loop, day }),
    )
    for (const line of portfolioLines(shown)) this.log(line)
    if (!shown.reconciliation.adds_up) process.exitCode = EXIT.gate
    return shown
  }
}

function dayOf(text: string): number {
  try {
    return parseDay(text)
  } catch {
    throw new KwxError(`--day is "${text}"; expected a date like 2025-02-20.`, {
      code: 'RT_DAY',
      exit: EXIT.usage,
      hint: 'Give the day as YYYY-MM-DD.',
    })
  }
}
