import { UnusableBody } from '../http/unusable-body.ts'

const START = '\u0001'
const END = '\u0003'

/**
 * The products of an AFOS answer, each framed by SOH and ETX; an empty list when the archive says that it has none.
 *
 * @throws UnusableBody for anything else: a frame without its end is an answer that was cut off
 */
export function splitAfosText(body: string): string[] {
  const text = body.trim()
  if (text === '') throw new UnusableBody('an empty body instead of products')
  if (text.startsWith('ERROR: Could not Find')) return []
  const frames = text.split(START)
  if (frames[0]?.trim() !== '') throw new UnusableBody(`"${text.slice(0, 80)}" instead of products between SOH and ETX`)
  return frames.slice(1).map((frame, k) => {
    const end = frame.indexOf(END)
    if (end < 0) throw new UnusableBody(`product ${k + 1} of ${frames.length - 1} without its end`)
    return frame.slice(0, end).trim()
  })
}
