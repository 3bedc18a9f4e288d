import type { Table } from 'kwx/artefacts'
import type { ProductionConfig } from 'kwx/config'
import type { MetricsFile, ModelFile, ParametersFile, PilotWindow, TrainingRows } from 'kwx/model'
import type { Window } from 'kwx/time'

/** All that the checks of one fitted window look at: what was stored, and the data it was made from. */
export interface WindowEvidence {
  readonly config: ProductionConfig
  readonly window: Window
  readonly rows: TrainingRows
  /** Hashes of the features and labels artefacts that are being verified against. */
  readonly data: { readonly features: string; readonly labels: string }
  readonly listed: PilotWindow
  readonly model: ModelFile
  readonly parameters: ParametersFile
  readonly metrics: MetricsFile
  readonly predictions: Table
}
