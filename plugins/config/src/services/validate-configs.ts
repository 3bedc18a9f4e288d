import type { Contributions } from 'kwx'
import { configInvalid, readProductionConfig } from 'kwx/config'
import type { Problem } from 'kwx/schema'

import { countWindows } from './count-windows.ts'

export interface ValidConfig {
  readonly file: string
  readonly name: string
  readonly city: string
  readonly bracket: string
  readonly feature_set: string
  readonly windows: number
  readonly test_days: number
}

/**
 * Checks several production configurations.
 *
 * @throws KwxError CONFIG_INVALID (exit 2) with every mistake of every file
 */
export async function validateConfigs(files: readonly string[], contributions: Contributions): Promise<ValidConfig[]> {
  const valid: ValidConfig[] = []
  const problems: Problem[] = []
  for (const file of files) {
    const reading = await readProductionConfig(file, contributions)
    problems.push(...reading.problems)
    if (!reading.loaded) continue
    const { name, config } = reading.loaded
    const { windows, testDays } = countWindows(config)
    const { city, bracket, feature_set } = config
    valid.push({ file, name, city, bracket, feature_set, windows, test_days: testDays })
  }
  if (problems.length > 0)
    throw configInvalid(problems, files.length === 1 ? files[0]! : `The set of ${files.length} configurations`)
  return valid
}
