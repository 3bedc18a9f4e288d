export { BENCHMARK_NAMES } from '../../domain/config/benchmark-names.ts'
export type {
  Benchmark,
  Bracket,
  LoadedConfig,
  Offset,
  Penalty,
  ProductionConfig,
  SearchMethod,
  SearchObjective,
} from '../../domain/config/production-config.ts'
export { productionConfigSchema } from '../../domain/config/production-config-schema.ts'
export type { WindowDates } from '../../domain/config/windows-of.ts'
export { windowsOf } from '../../domain/config/windows-of.ts'
export { configPath } from './config-source.ts'
export type { ConfigReading } from './load-production-config.ts'
export { configInvalid, loadProductionConfig, portablePath, readProductionConfig } from './load-production-config.ts'
