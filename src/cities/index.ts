export type { City } from './city.ts'
export { citySchema } from './city-schema.ts'
export { cityIds, loadCities, loadCity, loadUsableCities } from './load-city.ts'
export { stationsOf } from './stations-of.ts'
