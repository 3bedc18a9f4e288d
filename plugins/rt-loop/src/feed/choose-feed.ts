import type { Settings } from 'kwx/settings'
import { readKalshiKey, streamUrlOf, systemPace } from 'kwx/sources'
import { MS_PER_MINUTE } from 'kwx/time'

import type { LoopOptions } from '../loop/loop-types.ts'
import { PollingFeed, SETTLED_AFTER_MS } from './polling-feed.ts'
import { StreamFeed } from './stream-feed.ts'

/** The exchange pings every 10 s; without three of them a connection is dead. */
const SILENCE_MS = 30_000
const STALE_MS = 5000

/**
 * Where prices come from: the exchange's stream where there is a key for it, else requests. Which of the two, and why
 * not the stream, every tick says.
 *
 * @param wanted  false to poll although there is a key
 * @throws KwxError KALSHI_KEY (exit 2) for half a key
 */
export function chooseFeed(
  { sources, clock }: Pick<Settings, 'sources' | 'clock'>,
  wanted: boolean,
): NonNullable<LoopOptions['feed']> {
  const kalshi = sources['kalshi']!
  const key = readKalshiKey({ id: kalshi.keyId, pem: kalshi.privateKey, file: kalshi.privateKeyFile })
  if (!wanted || !key) {
    const reason = wanted ? 'the stream wants a key (KWX_KALSHI_KEY_ID)' : 'the stream is not wanted'
    return (world, pairs) => new PollingFeed(world, pairs, reason)
  }
  // A replay's clock may run many times faster than its messages.
  const isReal = clock === 'system'
  return (world, pairs) =>
    new StreamFeed(world, pairs, {
      url: streamUrlOf(kalshi.url),
      key,
      pace: systemPace,
      silenceMs: SILENCE_MS,
      staleMs: isReal ? STALE_MS : 10 * MS_PER_MINUTE,
      settledAfterMs: isReal ? SETTLED_AFTER_MS : 5 * SETTLED_AFTER_MS,
    })
}
