import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { ASSUMPTIONS } from 'kwx/trading'
import type { LoopOptions } from '../loop/loop-types.ts'
import { loopName } from '../loop/minute-worker.ts'
import type { LivePair } from '../signals/load-pair.ts'
import { findPortfolio } from '../storage/paper-portfolio.ts'
import { Portfolio, type PortfolioReport } from './portfolio.ts'

/** Who is told of a portfolio. */
interface PortfolioNews {
  report(report: PortfolioReport): void
  /** What was found between two minutes; null where all adds up. */
  checked(mismatch: string | null): void
}

/**
 * What the loop calls so that a paper portfolio trades on its signals.
 *
 * @param bankroll  dollars of a portfolio that begins; absent: the backtest's
 * @throws KwxError RT_BANKROLL (exit 2) when the portfolio was begun with another bankroll
 */
export async function paperHooks(
  db: Database,
  pairs: readonly LivePair[],
  bankroll: number | undefined,
  news: PortfolioNews,
): Promise<Required<Pick<LoopOptions, 'onMinute' | 'onWorked' | 'onMarkets'>>> {
  const loop = loopName(pairs)
  const units = bankroll === undefined ? ASSUMPTIONS.bankroll : 10_000 * bankroll
  const known = await findPortfolio(db, loop)
  if (known && bankroll !== undefined && known.bankroll !== units) throw otherBankroll(loop, known.bankroll, bankroll)
  const portfolio = new Portfolio({ loop, pairs, bankroll: units }, (report) => news.report(report))
  return {
    onMinute: (work) => portfolio.onMinute(work),
    onMarkets: () => portfolio.forget(),
    onWorked: async () => news.checked(await portfolio.check(db)),
  }
}

const otherBankroll = (loop: string, units: number, asked: number) =>
  new KwxError(`The portfolio of "${loop}" was begun with ${units / 10_000} dollars, not with ${asked}.`, {
    code: 'RT_BANKROLL',
    exit: EXIT.usage,
    hint: 'Leave --bankroll out, or begin another portfolio with configurations of other names.',
    details: { loop, begun_dollars: units / 10_000, asked_dollars: asked },
  })
