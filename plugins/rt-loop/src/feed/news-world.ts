import type { Database } from 'kwx/database'
import type { Sources } from 'kwx/sources'
import type { Clock } from 'kwx/time'

/** What fetching needs of the world. */
export interface NewsWorld {
  readonly db: Database
  readonly sources: Sources
  readonly clock: Clock
  /**
   * Runs work while no minute is worked through. What is stored within, stamped with the clock's time within, is seen by
   * every minute that is worked through afterwards and by none before; of markets, where `onMarkets` is told.
   */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>
  /** To be told when markets were stored: what is known of them is kept until then. */
  onMarkets(): void
}
