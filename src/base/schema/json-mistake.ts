import { messageOf } from '../errors.ts'
import type { Position } from './problem.ts'

/**
 * Why a text is not JSON, or null.
 *
 * The YAML parser would let comments, single quotes and bare words pass in a .json file, which no other program reads.
 */
export function jsonMistake(text: string): (Position & { message: string }) | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    const message = messageOf(error)
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? (message.includes('end of JSON') ? text.length : 0))
    const before = text.slice(0, offset).split('\n')
    return {
      line: before.length,
      column: before.at(-1)!.length + 1,
      message: `this is not JSON: ${message.replace(/( in JSON)? at position \d+.*$/s, '')}`,
    }
  }
}
