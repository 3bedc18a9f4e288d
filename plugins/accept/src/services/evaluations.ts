import { canonicalJson, sha256 } from 'kwx/artefacts'
import type { ProductionConfig } from 'kwx/config'
import type { Database } from 'kwx/database'
import { formatInstant } from 'kwx/time'

import type { Evaluations } from '../reports.ts'
import { recordEvaluation } from '../storage/evaluations.ts'

/** What is judged: a configuration and the event days of its test rows. */
interface Evaluated {
  readonly config: ProductionConfig
  /** Event day of each test row. */
  readonly day: ArrayLike<number>
}

/** Says how often the days were judged; counts this time too. */
export type CountEvaluations = (what: Evaluated) => Promise<Evaluations>

/**
 * Counts an evaluation in the ledger of a database.
 *
 * @param nowMs  milliseconds since the epoch
 * @throws KwxError EVALUATIONS_UNWRITABLE (exit 1)
 */
export const countInLedger =
  (db: () => Promise<Database>, nowMs: () => number): CountEvaluations =>
  async ({ config, day }) => {
    const days = [...new Set(Array.from(day))].sort((a, b) => a - b)
    if (days.length === 0)
      return { count: 0, unknown_before: null, sentence: 'No day was tested: nothing was evaluated.' }
    const { evaluations, configurations, firstMs } = await recordEvaluation(await db(), {
      city: config.city,
      bracket: config.bracket,
      configuration: configurationHash(config),
      days,
      days_hash: sha256(days.join(',')),
      first_seen_ms: nowMs(),
    })
    const date = formatInstant(firstMs).slice(0, 10)
    const judged = `${evaluations} ${evaluations === 1 ? 'evaluation' : 'evaluations'}`
    const of = `${configurations} ${configurations === 1 ? 'configuration' : 'configurations'}`
    const sentence = `${judged} of ${of} on these days, this one included; unknown before ${date}.`
    return { count: evaluations, unknown_before: date, sentence }
  }

/** Hash of what a configuration asks for: names and paths of pilots are left out, so that a copy is the same configuration. */
export function configurationHash(config: ProductionConfig): string {
  const { model_dir: _, pilot_dir: __, pilot_windows: ___, pilot_total_test_rows: ____, ...asked } = config
  return sha256(canonicalJson(asked))
}
