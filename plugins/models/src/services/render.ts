import { formatInstant } from 'kwx/time'
import type { Promotion } from '../storage/registry.ts'

import { eProcessLines } from './e-process.ts'
import type { Listed } from './list-models.ts'
import type { Promoted } from './promote.ts'
import type { Repaired } from './repair.ts'
import type { Shown } from './show-model.ts'
import type { Which } from './which.ts'
import { named } from './world.ts'

const short = (hash: string | null): string => hash?.slice(0, 12) ?? 'none'

/** One line for each entry, and its problem or staleness below it. */
export function renderList(listed: readonly Listed[]): string[] {
  if (listed.length === 0) return ['There is no model yet. Train one with "kwx train --config FILE".']
  return listed.flatMap((one) => {
    const name = [one.city, one.bracket, one.name ?? ''].join(' ').trimEnd()
    const tests = one.tested ? `tested ${one.tested[0]} to ${one.tested[1]}` : ''
    const live = one.kind === 'pilot' && one.live.length > 0 ? `live as ${one.live.join(' and ')}` : ''
    const windows = one.windows === null ? '' : `${one.windows} windows`
    const verdict = one.verdict ?? 'not judged'
    const facts = [windows, tests, one.origin ?? '', one.problem ? '' : verdict, live].filter(Boolean).join(', ')
    const notes = [
      one.problem ? `${one.problem.code}: ${one.problem.message}` : null,
      one.stale && `Stale: ${one.stale}`,
      one.kind === 'champion' && one.e_process?.latched_since
        ? `Stood down: worse than the market since ${one.e_process.latched_since}.`
        : null,
    ]
    return [
      `${one.kind.padEnd(10)} ${short(one.id).padEnd(12)} ${name.padEnd(44)} ${facts}`.trimEnd(),
      ...notes.filter(Boolean).map((note) => `  ${note}`),
    ]
  })
}

export function renderShown({ folder, name, city, bracket, feature_set, listed, e_process, windows }: Shown): string[] {
  const about = listed
    ? [
        `pilot ${listed.id ?? 'unknown'}, ${listed.origin ?? 'origin unknown'}, ${listed.verdict ?? 'not judged'}`,
        listed.live.length > 0 ? `live as ${listed.live.join(' and ')}` : 'not live',
        ...(listed.problem ? [`${listed.problem.code}: ${listed.problem.message}`] : []),
      ]
    : []
  return [
    `${city} ${bracket} ${name} (${feature_set})`,
    ...about,
    folder,
    ...(e_process ? eProcessLines({ city, bracket }, e_process) : []),
    ...windows.flatMap((one) => {
      const { penalty, C, l1_ratio, class_weight } = one.hyper_parameters
      const { solver, kkt, relativeGap, converged } = one.certificate
      return [
        '',
        `${one.window}  ${one.id}`,
        `  trained     ${one.training.first_day} to ${one.training.last_day}, ${one.training.rows} rows, ${one.training.positives} YES`,
        `  calibrated  ${one.calibrator}: ${one.calibration}`,
        `  tested      ${one.test.first_day} to ${one.test.last_day}`,
        `  parameters  ${penalty}, C ${C}, l1_ratio ${l1_ratio}, class_weight ${class_weight ?? 'none'}; the best of ${one.search.trials} by ${one.search.method}`,
        `  optimum     ${solver}, ${converged ? 'converged' : 'not converged'}, KKT ${kkt}, gap ${relativeGap}`,
        `  features    ${one.nonzero_coefficients} of ${one.features.length} with a weight`,
        `  data        features ${short(one.data.features)}, labels ${short(one.data.labels)}; seed ${one.seed}, kwx ${one.kwx}`,
      ]
    }),
  ]
}

export function renderWhich({ place, date, window, id, file, stale, promotion }: Which): string[] {
  const by = promotion === null ? '' : `, live by promotion ${promotion}`
  return [`${named(place)} on ${date}: ${window}${by}`, `id ${id}`, file, ...(stale ? [`Stale: ${stale}`] : [])]
}

export function renderPromoted(done: Promoted): string[] {
  const mark = ({ requirement, outcome }: Promoted['requirements'][number]) =>
    outcome === 'met' ? 'met' : done.overridden.includes(requirement) ? `${outcome}, let through` : outcome
  const lines = done.requirements.map((one) => `  ${one.requirement.padEnd(9)} ${mark(one)}: ${one.sentence}`)
  const what = `${named(done.place)} ${done.name} (pilot ${short(done.pilot)})`
  const heads = {
    promoted: `Promoted: ${what} is live since promotion ${done.promotion?.promotion_id}.`,
    'already-live': `${what} is live already, since promotion ${done.promotion?.promotion_id}; nothing was changed.`,
    refused: `Refused: ${what} was not promoted; nothing was changed.`,
    'would-promote': `${what} would be promoted; nothing was changed.`,
  }
  const last = {
    promoted: [done.live],
    refused: ['To use it on paper all the same: --override "why, in a sentence"; the reason stays in the history.'],
    'already-live': [],
    'would-promote': [],
  }
  return [heads[done.outcome], ...lines, ...last[done.outcome]]
}

/** `promotion 3  2025-03-01T09:00:00.000Z  miami between  rollback  4f2a... -> 91bc...  pass  reason`. */
export function renderPromotion(one: Promotion): string {
  const change = `${short(one.from_version)} -> ${short(one.version)}`
  const to = one.returns_to === null ? '' : ` to ${one.returns_to}`
  const overridden = one.overridden.map(({ requirement }) => requirement).join(', ')
  const parts = [
    `promotion ${one.promotion_id}`.padEnd(14),
    formatInstant(one.at_ms),
    named(one).padEnd(28),
    `${one.action}${to}`.padEnd(13),
    change,
    one.report ? `report ${short(one.report)} ${one.verdict}` : '',
    overridden ? `let through: ${overridden}` : '',
    one.reason ?? '',
  ]
  return parts.filter(Boolean).join('  ')
}

export const renderRepaired = (one: Repaired): string =>
  `${named(one)}: recorded ${short(one.recorded)}, found ${short(one.found)}. ${one.sentence}`
