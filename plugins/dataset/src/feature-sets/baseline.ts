import * as f from 'kwx/features'

/** The market's state, the clock and the temperature against the strikes. */
export default f.defineFeatureSet({
  id: 'baseline',
  title: 'Price, clock and temperature against the strikes',
  version: '1',
  features: [
    f.yesMid,
    f.yesBid,
    f.yesAsk,
    f.spreadCents,
    f.minutesToClose,
    f.tempNow,
    f.tempToFloor,
    f.tempToCap,
    f.hourOfDayLocal,
    f.dayOfWeekLocal,
  ],
})
