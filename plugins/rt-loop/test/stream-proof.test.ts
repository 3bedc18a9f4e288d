import type { StreamEvent } from 'kwx/sources'
import { describe, expect, it } from 'vitest'

import { GRACE_MS, StreamProof } from '../src/feed/stream-proof.ts'

const M = 29_000_000
const at = (minute: number, ms = 0) => (M + minute) * 60_000 + ms
const top = { bid: 3000, bidSizeCenti: 100, ask: 3200, askSizeCenti: 100 }
const book = (ticker: string, tsMs: number | null = null): StreamEvent => ({ kind: 'book', ticker, top, tsMs })
const unknown = (ticker: string): StreamEvent => ({ kind: 'book', ticker, top: null, tsMs: null })
const print = (tsMs: number): StreamEvent => ({
  kind: 'trade',
  ticker: 'A',
  id: String(tsMs),
  tsMs,
  price: 3000,
  countCenti: 100,
  takerYes: true,
})

const hear = (proof: StreamProof, event: StreamEvent) => proof.hear(event, at(60))

/** Sound from 20 seconds after minute 0. */
function sound(): StreamProof {
  const proof = new StreamProof(['A', 'B'])
  for (const event of [{ kind: 'connected' } as const, book('A'), book('B'), { kind: 'subscribed' } as const]) {
    hear(proof, event)
  }
  proof.tick(at(0, 20_000))
  return proof
}

describe('StreamProof', () => {
  it('vouches for minutes that begin after everything answered', () => {
    const proof = sound()
    expect([0, 1, 2].map((minute) => proof.isSoundAfter(M + minute))).toEqual([false, true, true])
    expect(proof.isSound).toBe(true)
  })

  it.each<[string, StreamEvent[]]>([
    ['a channel did not answer', [{ kind: 'connected' }, book('A'), book('B')]],
    ['a book is missing', [{ kind: 'connected' }, book('A'), { kind: 'subscribed' }]],
    ['nothing was heard', []],
  ])('vouches for nothing while %s', (_, events) => {
    const proof = new StreamProof(['A', 'B'])
    for (const event of events) hear(proof, event)
    proof.tick(at(0))
    expect([proof.isSound, proof.isSoundAfter(M + 99)]).toEqual([false, false])
  })

  it.each([
    [-1, 0],
    [0, 0],
    [GRACE_MS - 1, 0],
    [GRACE_MS, 1],
    [60_000 + GRACE_MS, 2],
  ])('takes a message %d ms after a minute as proof of minute %d', (ms, minute) => {
    const proof = sound()
    hear(proof, print(at(1, ms)))
    expect(proof.overMinute).toBe(M + minute)
  })

  it('goes by the newest stamp, whatever order they come in', () => {
    const proof = sound()
    hear(proof, print(at(5, 1000)))
    hear(proof, print(at(4, 59_000)))
    expect(proof.overMinute).toBe(M + 5)
    expect(proof.lastPrintMs).toBe(at(4, 59_000))
  })

  it.each<[string, StreamEvent, readonly StreamEvent[], string]>([
    ['prints were lost', { kind: 'trades-missed' }, [], 'prints were lost'],
    ['a book became unknown', unknown('B'), [book('B')], 'a message of a book was lost'],
    ['a book came anew unasked', book('B'), [], 'the exchange sent a book anew'],
    [
      'the connection went',
      { kind: 'lost', reason: 'the wire was cut' },
      [{ kind: 'connected' }, { kind: 'subscribed' }, book('A'), book('B')],
      'the wire was cut',
    ],
  ])('vouches again only for minutes after the one in which %s', (_, loss, repair, reason) => {
    const proof = sound()
    hear(proof, loss)
    expect([proof.isSound, proof.reason]).toEqual([false, reason])
    for (const event of repair) hear(proof, event)
    expect(proof.isSoundAfter(M + 50)).toBe(false)
    proof.tick(at(10, 5))
    expect([10, 11].map((minute) => proof.isSoundAfter(M + minute))).toEqual([false, true])
    expect(proof.reason).toBe(reason)
  })

  it('takes no stamp of the future for a proof', () => {
    const proof = sound()
    hear(proof, print(at(60, 1)))
    expect([proof.isSound, proof.reason]).toEqual([false, 'a message is stamped in the future'])
    expect(proof.overMinute).toBeLessThan(M)
    proof.tick(at(2))
    hear(proof, print(at(3, 500)))
    expect([proof.isSoundAfter(M + 2), proof.overMinute]).toEqual([true, M + 3])
  })

  it('is not repaired by half of the books', () => {
    const proof = sound()
    for (const event of [unknown('A'), unknown('B'), book('B')]) hear(proof, event)
    proof.tick(at(10))
    expect(proof.isSound).toBe(false)
  })
})
