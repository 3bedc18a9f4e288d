import { EXIT, KwxError } from 'kwx'
import { formatInstant } from 'kwx/time'

/** The exchange says that it is closed. */
export const closedError = ({ resumeMs }: { readonly resumeMs: number | null }, cause: unknown): KwxError =>
  new KwxError(
    `kalshi: the exchange is closed for maintenance${resumeMs === null ? '' : ` until ${formatInstant(resumeMs)}`}.`,
    {
      code: 'KALSHI_CLOSED',
      exit: EXIT.stale,
      hint: 'Run the same command again once it is open ("kwx sources" shows its address): what was complete is kept.',
      cause,
    },
  )
