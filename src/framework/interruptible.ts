const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** One Ctrl-C arrives several times where npx or our own restart hands on what the terminal has sent to all of them. */
const ECHO_MS = 500

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
  let asked = 0
  const stop = () => {
    const now = performance.now()
    if (!abort.signal.aborted) {
      asked = now
      abort.abort(reason?.())
    } else if (now - asked > ECHO_MS) process.exit(130)
  }
  for (const signal of SIGNALS) process.on(signal, stop)
  try {
    return await work(abort.signal)
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop)
  }
}
