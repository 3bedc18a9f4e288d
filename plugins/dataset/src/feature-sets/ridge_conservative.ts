import * as f from 'kwx/features'

import baseline from './baseline.ts'

export default f.defineFeatureSet({
  id: 'ridge_conservative',
  title: 'baseline with relative spread, time on a log scale and the last hour of temperature',
  version: '1',
  features: [...baseline.features, f.spreadPct, f.logMinutesToClose, f.tempDelta1h],
})
