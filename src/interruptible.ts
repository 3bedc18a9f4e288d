const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Runs work that Ctrl-C asks to stop at its next unit; a second Ctrl-C ends the process at once.
 *
 * @param work  given the signal that it looks at between units
 * @param reason  makes what the signal is aborted with; an AbortError when absent
 */
export async function interruptible<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  reason?: () => Error,
): Promise<Value> {
  const abort = new AbortController()
  const stop = () => (abort.signal.aborted ? process.exit(130) : abort.abort(reason?.()))
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    return await work(abort.signal)
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}
