import { EXIT, KwxError } from '../../base/errors.ts'
import type { FeatureSet } from './feature.ts'

const NAME = /^[a-z][a-z0-9_]*$/
/** Columns that the features table has beside the features. */
const RESERVED = new Set(['market', 'event_day', 'end_minute', 'market_price', 'market_last', 'market_middle'])
/** Words of what is settled only after the close: no feature may be named after it. */
const TARGET =
  /(^|_)(y|target|label|labels|result|results|outcome|outcomes|settle|settled|settles|settlement|settlements|expiration|won|truth)(_|$)/

/**
 * Refuses a set with a name that is malformed, doubled, reserved or that of a target.
 *
 * Views hold no labels, so a feature cannot read one by accident; this catches a column that somebody plants by name.
 *
 * @throws KwxError FEATURE_SET_INVALID, FEATURE_IS_TARGET (both exit 2)
 */
export function checkFeatureSet(set: FeatureSet): void {
  const names = set.features.map(({ name }) => name)
  const target = names.find((name) => TARGET.test(name))
  if (target) {
    throw new KwxError(
      `Feature set ${set.id} has a column "${target}", named after what is known only at settlement.`,
      {
        code: 'FEATURE_IS_TARGET',
        exit: EXIT.usage,
        hint: 'Remove the column; labels are sealed in their own artefact.',
        details: { set: set.id, feature: target },
      },
    )
  }
  const bad = names.find(
    (name, k) => !NAME.test(name) || name.endsWith('_is_na') || RESERVED.has(name) || names.indexOf(name) !== k,
  )
  if (bad === undefined && names.length > 0) return
  const what =
    bad === undefined ? 'has no features' : `has a column "${bad}" that is doubled, reserved or not snake_case`
  throw new KwxError(`Feature set ${set.id} ${what}.`, {
    code: 'FEATURE_SET_INVALID',
    exit: EXIT.usage,
    hint: 'Correct the feature set of its plugin; "kwx feature-sets" lists the others.',
    details: { set: set.id },
  })
}
