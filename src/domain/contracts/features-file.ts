/** `features.json` of dataset:build: what the columns of `features.parquet` beside it are. */
export interface FeaturesFile {
  readonly city: string
  readonly bracket: string
  readonly feature_set: string
  readonly feature_set_version: string
  readonly price_source: string
  readonly observation_station: string
  /** True when the weather is another station's than the one that settles. */
  readonly proxy: boolean
  readonly features: readonly { readonly name: string; readonly unit: string; readonly missing: string }[]
  /** Columns of the design in order: features and their `_is_na` columns. */
  readonly design: readonly string[]
  readonly rows: number
}
