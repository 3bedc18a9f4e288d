import { join } from 'node:path'

import { EXIT, type ExitCode, KwxError } from 'kwx'
import { loadCity } from 'kwx/cities'
import { latestPromotion, type Place, type Promotion, type Role } from '../storage/registry.ts'

import { changeLive } from './change-live.ts'
import { linkOf } from './live-link.ts'
import { recover } from './pending.ts'
import { readPilot } from './read-pilot.ts'
import { readJoint, readReport } from './read-report.ts'
import { checkedReason } from './reason.ts'
import { exitOf, type Requirement, requirementsOf } from './requirements.ts'
import { versionOf } from './version.ts'
import type { World } from './world.ts'

interface PromoteOptions {
  /** The published pilot. */
  readonly folder: string
  readonly role: Role
  /** Acceptance report; absent means `<reports>/<phase>_<city>_<bracket>`. */
  readonly report?: string | undefined
  readonly phase: string
  /** Folder with file 08 of several pilots. */
  readonly joint?: string | undefined
  /** Why requirements that are not met are let through. */
  readonly override?: string | undefined
  readonly dryRun: boolean
}

export interface Promoted {
  readonly outcome: 'promoted' | 'already-live' | 'refused' | 'would-promote'
  readonly exit: ExitCode
  readonly place: Place
  /** Name and hash of the pilot. */
  readonly name: string
  readonly pilot: string
  readonly version: string
  readonly windows: readonly { readonly window: string; readonly id: string }[]
  readonly requirements: readonly Requirement[]
  /** Requirements that were not met and let through. */
  readonly overridden: readonly string[]
  readonly promotion: Promotion | null
  /** The link that loaders follow. */
  readonly live: string
}

/**
 * Makes a verified and accepted pilot live.
 *
 * A pilot that lacks something is an outcome, `refused`; a file that is not what was trained or judged is an error, and
 * no reason lets it through.
 *
 * @throws KwxError as `readPilot`, `readReport`, `changeLive`; MODELS_REASON (exit 2)
 */
export async function promote(world: World, options: PromoteOptions): Promise<Promoted> {
  const reason = options.override === undefined ? null : checkedReason(options.override, '--override')
  await recover(world)
  const pilot = await readPilot(world, options.folder)
  const { city, bracket, name } = pilot.pilot
  const place: Place = { city, bracket, role: options.role }
  const seen = await latestPromotion(await world.database(), place)
  const folder = options.report ?? join(world.settings.directories.reports, `${options.phase}_${city}_${bracket}`)
  const found = await readReport(world, folder)
  const joint = options.joint === undefined ? null : await readJoint(options.joint)
  const { regimes } = await loadCity(world.contributions, city)
  const fictional = regimes.settlement.every(({ source }) => source === 'simulated')
  const evidence = { pilot, fictional, report: found, joint: joint?.blend ?? null }
  const requirements = requirementsOf(evidence)
  // A report about another pilot says nothing about this one and is not kept with it.
  const report = found?.inputs['pilot'] === pilot.hash ? found : null
  const parts = { pilot, report, joint }
  const unmet = requirements.filter(({ outcome }) => outcome !== 'met')
  const overridden = reason === null ? [] : unmet
  const about = {
    ...{ place, name, pilot: pilot.hash, version: versionOf(parts) },
    windows: pilot.windows.map(({ model }) => ({ window: model.window, id: model.id })),
    ...{ requirements, overridden: overridden.map(({ requirement }) => requirement), live: linkOf(world, place) },
  }
  if (seen?.version === about.version) return { ...about, outcome: 'already-live', exit: EXIT.ok, promotion: seen }
  if (unmet.length > overridden.length) {
    return { ...about, outcome: 'refused', exit: exitOf(requirements), promotion: null }
  }
  if (options.dryRun) return { ...about, outcome: 'would-promote', exit: EXIT.ok, promotion: null }
  const origin = pilot.origin ?? report?.summary.origin ?? null
  if (origin === null) throw originUnknown(options.folder)
  const promotion = await changeLive(world, place, seen, {
    ...{ action: 'promote', target: parts, returns_to: null, pilot: pilot.hash },
    ...{ report: report?.hash ?? null, joint: joint?.hash ?? null, verdict: report?.summary.verdict.outcome ?? null },
    origin,
    overridden: overridden.map(({ requirement, sentence }) => ({ requirement, sentence })),
    reason: overridden.length > 0 ? reason : null,
  })
  return { ...about, outcome: 'promoted', exit: EXIT.ok, promotion }
}

const originUnknown = (folder: string) =>
  new KwxError(`Nothing says whether the rows of ${folder} are real, replayed or simulated.`, {
    code: 'MODELS_ORIGIN_UNKNOWN',
    exit: EXIT.error,
    hint: 'Run "kwx run decide --config FILE --force", so that each artefact states the origin of its rows.',
  })
