import type { ProductionConfig } from 'kwx/config'
import type { RiskLimits } from 'kwx/trading'

/** The limits that a backtest trades within: those of one position, not the loop's limits of a whole portfolio. */
export function limitsOf({ risk }: Pick<ProductionConfig, 'risk'>): RiskLimits {
  const { max_bankroll_pct_total, max_daily_loss_pct, ...limits } = risk
  return limits
}
