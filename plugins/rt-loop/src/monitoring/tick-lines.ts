import { formatInstant } from 'kwx/time'

import type { Tick } from '../loop/loop-types.ts'

/** A tick as a person follows it: one line, and one for each fault and for each signal to act on. */
export function tickLines({
  number,
  atMs,
  durationMs,
  minutes,
  signals,
  fetched,
  faults,
  state,
  feed,
}: Tick): string[] {
  const acting = signals.filter(({ standDown }) => standDown === null)
  const what = minutes.length === 0 ? 'no minute is over' : `${signals.length} signals of ${minutes.length} minutes`
  return [
    `${formatInstant(atMs)} tick ${number}: ${what}, ${acting.length} to act on, ${fetched} rows ${feed.mode === 'stream' ? 'heard' : 'fetched'}, ${durationMs.toFixed(0)} ms${state === 'pause' ? ', paused' : ''}`,
    ...faults.map((fault) => `  ${fault}`),
    ...acting.map(
      ({ ticker, side, edgeCents, sizeFraction, pBlend, pMarket }) =>
        `  ${ticker}: ${side}, edge ${edgeCents!.toFixed(2)} cents, ${(100 * sizeFraction!).toFixed(2)} % of the bankroll, ${pBlend!.toFixed(3)} against ${pMarket!.toFixed(3)}`,
    ),
  ]
}
