/**
 * Runs `work` over `items`, at most `limit` at once, in order of the items.
 *
 * After a failure nothing new starts; what runs is waited for, so that nobody writes behind the caller's back, and then
 * the first error is thrown.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0
  let failure: { error: unknown } | undefined
  const worker = async () => {
    while (next < items.length && !failure) {
      const item = items[next++]!
      try {
        signal.throwIfAborted()
        await work(item)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failure) throw failure.error
}
