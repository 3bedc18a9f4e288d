import { destination, pino } from 'pino'

import type { Tick } from '../loop/loop-types.ts'
import { tickLines } from './tick-lines.ts'

/** What the loop says while it runs. */
interface News {
  tick(tick: Tick): void
  alarm(reason: string): void
  note(message: string, details?: Readonly<Record<string, unknown>>): void
}

/** For a person: lines. How prices come is told when it changes. */
export function lineNews(write: (line: string) => void): News {
  let told = ''
  return {
    tick: (tick) => {
      for (const line of tickLines(tick)) write(line)
      const { mode, reason } = tick.feed
      const ways = mode === 'stream' ? 'prices come from the stream' : `prices are polled: ${reason ?? 'as asked for'}`
      if (ways !== told) write(`  ${ways}`)
      told = ways
    },
    alarm: (reason) => write(`ALARM: ${reason}`),
    note: (message) => write(message),
  }
}

/** For a log: one JSON object a line on stderr, written at once, so that a crash loses none. */
export function jsonNews(level: string): News {
  const log = pino({ level, base: { program: 'kwx rt-loop' } }, destination({ fd: 2, sync: true }))
  return {
    tick: ({ number, durationMs, minutes, signals, fetched, faults, state, feed }) => {
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
          feed: feed.mode,
          ...(feed.reason === null ? {} : { why: feed.reason }),
        },
        'tick',
      )
      for (const fault of faults) log.warn({ tick: number, fault }, 'fault')
    },
    alarm: (reason) => log.error({ reason }, 'alarm'),
    note: (message, details) => log.info({ ...details }, message),
  }
}
