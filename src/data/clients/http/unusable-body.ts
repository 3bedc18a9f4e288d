/** A body that another try may better: empty, cut off, or a page from something between us and the service. */
export class UnusableBody extends Error {}

/** The JSON of a body. Throws `UnusableBody` where there is none. */
export function jsonBody(body: string): unknown {
  const text = body.trimStart()
  if (text === '') throw new UnusableBody('an empty body instead of JSON')
  if (text.startsWith('<')) throw new UnusableBody('an HTML page instead of JSON')
  try {
    return JSON.parse(text)
  } catch {
    throw new UnusableBody(`text that is not JSON, ${body.length} characters, perhaps cut off`)
  }
}
