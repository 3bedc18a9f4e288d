import { EXIT, KwxError } from 'kwx'
import type { Database } from 'kwx/database'
import { type Clock, minuteToMs } from 'kwx/time'
import { CandleMarks } from '../feed/candle-marks.ts'
import { type CityMemory, memoriesOf } from '../signals/city-memory.ts'
import type { LivePair } from '../signals/load-pair.ts'
import type { Pair } from '../signals/pair.ts'
import type { Prints } from '../signals/price-memory.ts'
import type { Circumstances } from '../signals/signals-at.ts'
import { MOST_BEHIND, tradingDays } from '../signals/trading-days.ts'
import { lastWorkedMinute, saveMinute } from '../storage/save-minute.ts'
import type { PriceRows } from '../storage/save-prices.ts'
import type { Signal } from '../storage/signals.ts'
import type { LoopOptions, MinuteWork } from './loop-types.ts'
import { type RowsOfMemories, readMinutes, signalsOfMinute } from './work-minutes.ts'

/** Of the minutes that a restarted loop works through, so many in one turn: a tick must end while a loop that was away catches up. */
const MOST_AT_ONCE = 180

/** The name under which a set of configurations works through minutes; the same set goes on where it stopped. */
export const loopName = (pairs: readonly LivePair[]): string =>
  pairs
    .map(({ loaded, candidate }) => (candidate ? `${loaded.name} (candidate)` : loaded.name))
    .sort()
    .join('+')

interface WorkerWorld {
  readonly db: Database
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Why a pair's model is stood down as worse than the market; null where it is not. */
  readonly standDownOf?: (pair: Pair) => string | null
}

/** Works through minutes in order, each once, and writes each with its signals. */
export class MinuteWorker {
  readonly #world: WorkerWorld
  readonly #options: Pick<LoopOptions, 'pairs' | 'record' | 'onMinute'>
  readonly #name: string
  readonly #memories: ReadonlyMap<LivePair, CityMemory>
  readonly #marks: CandleMarks
  #worked: number | null = null
  #isForgetting = false
  #forgotten = 0
  #done: { minutes: number[]; signals: Signal[] } = { minutes: [], signals: [] }

  private constructor(world: WorkerWorld, options: Pick<LoopOptions, 'pairs' | 'record' | 'onMinute'>) {
    this.#world = world
    this.#options = options
    this.#name = loopName(options.pairs)
    this.#memories = memoriesOf(options.pairs)
    const withCandles = options.pairs.filter(({ loaded }) => loaded.config.price_source === 'candles')
    this.#marks = new CandleMarks(withCandles.map(({ city }) => city))
  }

  /** One that goes on after the last minute that was written under the same name. */
  static async start(world: WorkerWorld, options: Pick<LoopOptions, 'pairs' | 'record' | 'onMinute'>) {
    const worker = new MinuteWorker(world, options)
    if (options.record) worker.#worked = await lastWorkedMinute(world.db, worker.#name)
    return worker
  }

  /** The last minute that was worked through. */
  get worked(): number | null {
    return this.#worked
  }

  /** Rows that were stored just now. */
  tell(rows: PriceRows): void {
    for (const memory of this.#memories.values()) memory.tell(rows)
    this.#marks.tell(rows.candles)
  }

  /** Markets or maxima may have changed. */
  forgetFacts(): void {
    for (const memory of this.#memories.values()) memory.forgetFacts()
  }

  /**
   * Has everything of one city read again, each in its turn, when next there is no minute to work through: nobody waits
   * for it then.
   */
  forget(): void {
    this.#isForgetting = true
  }

  /** What was done since it was asked last. */
  takeDone(): { readonly minutes: readonly number[]; readonly signals: readonly Signal[] } {
    const done = this.#done
    this.#done = { minutes: [], signals: [] }
    return done
  }

  /**
   * Every minute up to `last` that was not worked through, the oldest first, as many as one turn may take. Not to be called
   * while another call is under way.
   *
   * @param circumstances  null to work through none; may still be asked while rows are read
   * @throws KwxError RT_ANOTHER_LOOP (exit 1) when another process wrote one of them
   */
  async upTo(last: number, circumstances: Circumstances | null | Promise<Circumstances | null>): Promise<void> {
    const { db, signal } = this.#world
    const first = Math.max(this.#worked === null ? last : this.#worked + 1, last - MOST_BEHIND)
    const end = Math.min(last, first + MOST_AT_ONCE - 1)
    if (first > end) {
      if (await circumstances) await this.#readAhead(last)
      return
    }
    const rows = this.#read([first, end])
    const given = await circumstances
    if (given === null) return
    for (let minute = first; minute <= end; minute++) {
      signal.throwIfAborted()
      const signals = await this.#work(minute, rows, given)
      this.#worked = minute
      this.#done.minutes.push(minute)
      this.#done.signals.push(...signals)
    }
    // After the signals: they look at the stamps of candles, and nobody waits for the mark.
    await this.#marks.mark(db, end)
  }

  async #work(minute: number, rows: Promise<RowsOfMemories>, given: Circumstances): Promise<readonly Signal[]> {
    const { db, clock, standDownOf } = this.#world
    const { record, onMinute } = this.#options
    const atMs = clock.now()
    const signals = rows.then((read) => signalsOfMinute(this.#memories, read, { minute, atMs }, given, standDownOf))
    if (!record) return signals
    signals.catch(() => {}) // whoever waits for them is told
    const worked = { loop: this.#name, endMinute: minute, endedMs: atMs }
    const written: Signal[] = []
    let isWritten = false
    const work: MinuteWork = {
      ...{ db, minute: worked, circumstances: given, signals },
      printsSince: (marketId, ordinal) => this.#printsSince(marketId, ordinal),
      save: async (them, paper) => {
        const outcome = await saveMinute(db, worked, them, paper)
        if (outcome === 'done') throw anotherLoop(this.#name, minute)
        if (outcome === 'moved') return false
        written.push(...them)
        isWritten = true
        return true
      },
    }
    if (onMinute) await onMinute(work)
    else await work.save(await signals)
    if (!isWritten) throw new Error(`Nobody wrote minute ${minute} of "${this.#name}".`)
    return written
  }

  #printsSince(marketId: number, ordinal: number): Prints | null {
    for (const memory of this.#memories.values()) {
      const prints = memory.printsSince(marketId, ordinal)
      if (prints) return prints
    }
    return null
  }

  #read(span: readonly [first: number, last: number]): Promise<RowsOfMemories> {
    const rows = readMinutes(this.#world.db, this.#memories, span)
    rows.catch(() => {}) // whoever waits for them is told what failed
    return rows
  }

  /** Reads what the next minute will be made from while nobody waits for it. */
  async #readAhead(minute: number): Promise<void> {
    const { db } = this.#world
    const memories = [...new Set(this.#memories.values())]
    const forgotten = this.#isForgetting ? memories[this.#forgotten++ % memories.length] : undefined
    this.#isForgetting = false
    forgotten?.forget()
    await Promise.all([this.#read([minute + 1, minute + 1]), modelsAhead(this.#options.pairs, minute)])
    if (!forgotten) return
    this.#marks.forget(forgotten.city)
    await this.#marks.mark(db, minute)
  }
}

/** A model that cannot be used is told of when it is needed. */
const modelsAhead = (pairs: readonly LivePair[], minute: number): Promise<unknown> =>
  Promise.allSettled(
    pairs.flatMap((pair) =>
      tradingDays(pair.city, minuteToMs(minute)).flatMap((day) => [pair.modelFor(day), pair.challengerFor?.(day)]),
    ),
  )

const anotherLoop = (name: string, minute: number): KwxError =>
  new KwxError(`Another process works on "${name}": it has written minute ${minute} already.`, {
    code: 'RT_ANOTHER_LOOP',
    exit: EXIT.error,
    hint: 'Stop one of the two, or give them different configurations.',
    details: { loop: name, minute },
  })
