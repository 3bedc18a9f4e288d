import pg from 'pg'

/** Texts that a connection looks at; a program that makes new texts without end prepares none of the later ones. */
const MOST_TEXTS = 256

type Query = (config: unknown, values?: unknown, callback?: unknown) => never

/**
 * A connection that prepares what it is asked again, if it has parameters: the server then parses and plans a text once,
 * which for a statement over a few rows is most of its work. Which plan is used is still the server's choice: a general one
 * only where it costs no more than one for the values at hand.
 */
export class PreparingClient extends pg.Client {
  /** Texts that it was asked for, with the name under which each is prepared when it is asked for again. */
  readonly #asked = new Map<string, string>()

  override query = ((config, values, callback) => {
    const isAsked = typeof config === 'string' && Array.isArray(values) && values.length > 0
    const name = isAsked ? this.#nameOf(config) : null
    return (super.query as Query)(name === null ? config : { name, text: config }, values, callback)
  }) as Query as pg.Client['query']

  /** Null for a text that is not prepared. */
  #nameOf(text: string): string | null {
    const name = this.#asked.get(text)
    if (name === undefined && this.#asked.size < MOST_TEXTS) this.#asked.set(text, `kwx_${this.#asked.size}`)
    return name ?? null
  }
}
