export type { ConfigReading } from './load-production-config.ts'
export { configInvalid, loadProductionConfig, portablePath, readProductionConfig } from './load-production-config.ts'
export type { Bracket, LoadedConfig, Penalty, ProductionConfig } from './production-config.ts'
export { productionConfigSchema } from './production-config-schema.ts'
