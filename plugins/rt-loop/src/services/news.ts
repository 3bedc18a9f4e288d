import { destination, pino } from 'pino'

import type { Tick } from './loop-types.ts'
import { tickLines } from './tick-lines.ts'

/** What the loop says while it runs. */
export interface News {
  tick(tick: Tick): void
  alarm(reason: string): void
  note(message: string, details?: Readonly<Record<string, unknown>>): void
}

/** For a person: lines. */
export const lineNews = (write: (line: string) => void): News => ({
  tick: (tick) => {
    for (const line of tickLines(tick)) write(line)
  },
  alarm: (reason) => write(`ALARM: ${reason}`),
  note: (message) => write(message),
})

/** For a log: one JSON object a line on stderr, written at once, so that a crash loses none. */
export function jsonNews(level: string): News {
  const log = pino({ level, base: { program: 'kwx rt-loop' } }, destination({ fd: 2, sync: true }))
  return {
    tick: ({ number, durationMs, minutes, signals, fetched, faults, state }) => {
      const acting = signals.filter(({ standDown }) => standDown === null).length
      log.info(
        {
          tick: number,
          ms: Math.round(durationMs),
          minutes: minutes.length,
          signals: signals.length,
          acting,
          fetched,
          state,
        },
        'tick',
      )
      for (const fault of faults) log.warn({ tick: number, fault }, 'fault')
    },
    alarm: (reason) => log.error({ reason }, 'alarm'),
    note: (message, details) => log.info({ ...details }, message),
  }
}
