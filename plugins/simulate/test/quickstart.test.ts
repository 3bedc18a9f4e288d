import { join } from 'node:path'

import { readYaml } from 'kwx/schema'
import { formatDay, parseDay, walkForwardWindows } from 'kwx/time'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const read = async <T>(file: string) => (await readYaml(join(root, file))).value as T

interface Config {
  city: string
  start_date: string
  end_date: string
  train_days: number
  test_days: number
  step_days: number
}

describe('the quickstart', () => {
  it('simulates exactly the days that its configuration trains and tests on', async () => {
    const pipeline = await read<{ steps: { use: string; with: { city: string; start_date: string; days: number } }[] }>(
      'configs/pipelines/quickstart.yaml',
    )
    const config = await read<Config>('configs/quickstart.yaml')
    const { with: made } = pipeline.steps.find(({ use }) => use === 'simulate:market')!
    expect(made.city).toBe(config.city)
    expect(made.start_date).toBe(config.start_date)
    const [first, last] = [parseDay(config.start_date), parseDay(config.end_date)]
    expect(formatDay(first + made.days - 1)).toBe(config.end_date)
    const { train_days: trainDays, test_days: testDays, step_days: stepDays } = config
    const windows = walkForwardWindows(first, last, { trainDays, testDays, stepDays })
    expect(windows.at(-1)!.lastTestDay).toBe(last)
    expect(windows).toHaveLength(9)
  })
})
