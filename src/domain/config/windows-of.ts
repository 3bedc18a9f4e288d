import { parseDay } from '../../base/time/days.ts'
import { type Window, walkForwardWindows } from '../../base/time/windows.ts'
import type { ProductionConfig } from './production-config.ts'

/** The dates of a configuration, as much of it as its windows follow from. */
export type WindowDates = Pick<ProductionConfig, 'start_date' | 'end_date' | 'train_days' | 'test_days' | 'step_days'>

/** The walk-forward windows that a configuration asks for, oldest first; empty when none fits into its dates. */
export const windowsOf = ({ start_date, end_date, train_days, test_days, step_days }: WindowDates): Window[] =>
  walkForwardWindows(parseDay(start_date), parseDay(end_date), {
    trainDays: train_days,
    testDays: test_days,
    stepDays: step_days,
  })
