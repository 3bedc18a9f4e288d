import { parseDay } from 'kwx/time'

/** The fact of a manifest that holds on an event day, or null where none is known. */
export const datedFact = <Fact extends { readonly from?: string; readonly until?: string }>(
  facts: readonly Fact[],
  day: number,
): Fact | null =>
  facts.find(
    ({ from, until }) =>
      (from === undefined || parseDay(from) <= day) && (until === undefined || day <= parseDay(until)),
  ) ?? null
