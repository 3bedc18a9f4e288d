import { isKwxError } from 'kwx'
import { loadModelForDate } from 'kwx/model-store'

import type { Check } from '../reports.ts'
import type { Evidence, FittedWindow } from './read-evidence.ts'

const NOTHING_TO_TRY = 'There is no fitted window to try.'

/** Loads every model the way production does, from the pilot's folder, and predicts with it. */
export async function modelChecks({ pilot, fitted }: Evidence, folder: string): Promise<Check[]> {
  const load = (date: string) => loadModelForDate(pilot.city, pilot.bracket, date, folder)
  return [
    check(
      'models-reload-and-predict',
      fitted.map(({ window, rows, again, stored }) => ({
        window: window.window,
        rows: rows.label.length,
        differing_rows: differing(again.p, rows.p) + differing(again.uncalibrated, stored.uncalibrated),
      })),
      ({ rows, differing_rows }) => rows > 0 && differing_rows === 0,
      'the model reloads and gives the stored predictions bit for bit',
    ),
    check(
      'loader-answers-test-days',
      await Promise.all(
        fitted.map(async ({ model }) => {
          const answer = await load(model.test.first_day).then((loaded) => loaded.model.window, codeOf)
          return { date: model.test.first_day, answer, expected: expectedWindow(model.test.first_day, fitted) }
        }),
      ),
      ({ answer, expected }) => answer === expected,
      'the loader answers the first test day with the latest model that had ended its training',
    ),
    await refusal(fitted, load),
  ]
}

/** The latest window whose training span ends before the date, found without the loader. */
function expectedWindow(date: string, fitted: readonly FittedWindow[]): string | null {
  const usable = fitted.filter(({ model }) => model.training.last_day < date)
  return (
    usable.sort((a, b) => (a.model.training.last_day < b.model.training.last_day ? -1 : 1)).at(-1)?.model.window ?? null
  )
}

async function refusal(fitted: readonly FittedWindow[], load: (date: string) => Promise<unknown>): Promise<Check> {
  const name = 'loader-refuses-training-days'
  const date = fitted.map(({ model }) => model.training.last_day).sort()[0]
  if (date === undefined) return { check: name, status: 'absent', saw: [], sentence: NOTHING_TO_TRY }
  const answer = await load(date).then(() => 'a model', codeOf)
  return {
    check: name,
    status: answer === 'MODEL_SAW_DATE' ? 'passed' : 'failed',
    saw: { date, answer },
    sentence: `For ${date}, a day that every model was trained on or after, the loader answers ${answer}.`,
  }
}

/** A check over things; without any it is absent, because nothing ran. */
export function check<Saw>(name: string, saw: readonly Saw[], holds: (one: Saw) => boolean, what: string): Check {
  const good = saw.filter(holds).length
  if (saw.length === 0) return { check: name, status: 'absent', saw, sentence: NOTHING_TO_TRY }
  const sentence = `In ${good} of ${saw.length} windows ${what}.`
  return { check: name, status: good === saw.length ? 'passed' : 'failed', saw, sentence }
}

/** How many elements of two arrays of one length are not the same number. */
export function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = 0
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) count++
  return count
}

const codeOf = (error: unknown): string => {
  if (isKwxError(error)) return error.code
  throw error
}
