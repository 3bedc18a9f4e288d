import { productionConfigSchema, windowsOf } from 'kwx/config'
import { validate } from 'kwx/schema'
import { parseDay } from 'kwx/time'

import type { ConfigValidation } from '../reports.ts'
import type { Evidence } from './read-evidence.ts'

/** File 04: the configuration, validated again, with the origin of every value, and held against what was trained. */
export async function configValidation(evidence: Evidence): Promise<ConfigValidation> {
  const { config, file, origins } = evidence.config
  const found = await validate(productionConfigSchema, structuredClone(config))
  const problems = [
    ...found.map(({ message }) => message),
    ...withoutOrigin(config, origins).map((key) => `${key} has no origin`),
    ...(found.length > 0 ? [] : notAsConfigured(evidence)),
  ]
  const sources = Object.values(origins)
  const defaults = sources.filter((origin) => origin === 'default').length
  const { train_days, test_days, step_days, embargo_days, offset, start_date, end_date } = config
  const { penalties, trials, cv_splits, search_space, search, solver, seed } = config
  const { use_vc_minutes, excluded_vc_cities, price_source, observation_station, benchmark } = config
  return {
    config_file: file,
    city: config.city,
    bracket: config.bracket,
    feature_set: config.feature_set,
    training: { train_days, test_days, step_days, embargo_days, offset, start_date, end_date },
    hyperparameters: { penalties: [...penalties], trials, cv_splits, search_space, search, solver, seed },
    calibration: { ...config.calibration },
    risk: { ...config.risk, blend_weight: config.blend_weight },
    vc_features: { use_vc_minutes, excluded_vc_cities: [...excluded_vc_cities] },
    data: { price_source, observation_station, benchmark },
    gates: { ...config.gates },
    origins: { ...origins },
    n_stated: sources.length - defaults,
    n_default: defaults,
    problems,
    validation_passed: problems.length === 0,
  }
}

/** Keys of the configuration whose origin is not known, neither their own nor that of a section or list above them. */
function withoutOrigin(config: object, origins: Readonly<Record<string, string>>): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    if (key in origins) return []
    const isSection = value !== null && typeof value === 'object' && !Array.isArray(value)
    if (!isSection) return [key]
    return Object.keys(value)
      .map((inner) => `${key}.${inner}`)
      .filter((inner) => !(inner in origins))
  })
}

/** Where the pilot is not the one that the configuration asks for: other windows, another city, bracket or set. */
function notAsConfigured({ config: { config }, pilot, fitted }: Evidence): string[] {
  const problems: string[] = []
  for (const key of ['city', 'bracket', 'feature_set'] as const) {
    if (pilot[key] !== config[key]) problems.push(`${key} is ${config[key]}, the pilot was trained for ${pilot[key]}`)
  }
  const planned = windowsOf(config)
  const [asked, trained] = [planned.map(({ name }) => name), pilot.windows.map(({ window }) => window)]
  if (asked.join() !== trained.join()) {
    problems.push(`the configuration asks for windows ${asked.join(', ')}, the pilot has ${trained.join(', ')}`)
  }
  for (const { model } of fitted) {
    const window = planned.find(({ name }) => name === model.window)
    if (window && parseDay(model.test.first_day) !== window.firstTestDay) {
      problems.push(
        `${model.window} was tested from ${model.test.first_day} on, after other training days than configured`,
      )
    }
    if (!config.penalties.includes(model.hyper_parameters.penalty)) {
      problems.push(`${model.window} uses the penalty ${model.hyper_parameters.penalty}, which is not configured`)
    }
  }
  return problems
}
