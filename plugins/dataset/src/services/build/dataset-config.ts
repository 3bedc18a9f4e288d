import type { LoadedConfig } from 'kwx/config'

/** The keys of a configuration that the dataset depends on; the windows' lengths are in its completeness. */
const KEYS = [
  'city',
  'bracket',
  'feature_set',
  'price_source',
  'observation_station',
  'excluded_vc_cities',
  'use_vc_minutes',
  'start_date',
  'end_date',
  'train_days',
  'test_days',
  'step_days',
] as const

/** What a dataset is built by. */
export type DatasetConfig = Pick<LoadedConfig['config'], (typeof KEYS)[number]>

/** The part of a configuration that the dataset depends on, and nothing else. */
export const datasetConfig = (config: LoadedConfig['config']): DatasetConfig =>
  Object.fromEntries(KEYS.map((key) => [key, config[key]])) as DatasetConfig
