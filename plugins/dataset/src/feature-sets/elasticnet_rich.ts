import * as f from 'kwx/features'

import baseline from './baseline.ts'

export default f.defineFeatureSet({
  id: 'elasticnet_rich',
  title: 'baseline with price momentum, three hours of temperature and moisture',
  version: '1',
  features: [
    ...baseline.features,
    f.midChg5m,
    f.spreadPct,
    f.vol15m,
    f.tempRollmax3h,
    f.tempRollmin3h,
    f.tempDelta1h,
    f.dewpoint,
    f.humidity,
    f.windspeed,
  ],
})
