import pg from 'pg'

/** Times that a connection is asked for the same text before it prepares it. */
const PREPARE_AFTER = 4
/** Texts that a connection looks at; a program that makes new texts without end prepares none of the later ones. */
const MOST_TEXTS = 256

type Query = (config: unknown, values?: unknown, callback?: unknown) => never

/**
 * A connection that prepares what it is asked often: the server then parses and plans a text once, which for a statement
 * over a few rows is most of its work. Which plan is used is still the server's choice: a general one only where it costs
 * no more than one for the values at hand.
 *
 * @source PostgreSQL's JDBC driver does the same after five executions (prepareThreshold)
 */
export class PreparingClient extends pg.Client {
  readonly #asked = new Map<string, { readonly name: string; times: number }>()

  override query = ((config, values, callback) => {
    const name = typeof config === 'string' && Array.isArray(values) ? this.#nameOf(config) : null
    return (super.query as Query)(name === null ? config : { name, text: config }, values, callback)
  }) as Query as pg.Client['query']

  /** Null for a text that is not prepared. */
  #nameOf(text: string): string | null {
    const known = this.#asked.get(text) ?? { name: `kwx_${this.#asked.size}`, times: 0 }
    if (this.#asked.size < MOST_TEXTS) this.#asked.set(text, known)
    return ++known.times > PREPARE_AFTER ? known.name : null
  }
}
