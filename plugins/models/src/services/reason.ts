import { EXIT, KwxError } from 'kwx'

const SHORTEST = 10
const LONGEST = 500

/**
 * A reason as it is recorded: spaces at the ends cut off.
 *
 * @throws KwxError MODELS_REASON (exit 2) when it is too short to be one, too long, or not one line of text
 */
export function checkedReason(given: string, flag: string): string {
  const reason = given.trim()
  const letters = [...reason].length
  if (letters >= SHORTEST && letters <= LONGEST && !/\p{Cc}/u.test(reason)) return reason
  throw new KwxError(`The reason has ${letters} letters; expected one line of ${SHORTEST} to ${LONGEST}.`, {
    code: 'MODELS_REASON',
    exit: EXIT.usage,
    hint: `Say why in a sentence: ${flag} "trial week on paper, judged on 2025-03-01". It is kept for ever: name no person.`,
  })
}
