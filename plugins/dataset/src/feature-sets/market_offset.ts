import * as f from 'kwx/features'

/** The price's log-odds, and where the prints of the minute, the book and the ladder pull it. */
export default f.defineFeatureSet({
  id: 'market_offset',
  title: "the price's log-odds and the pull of book, minute and ladder on it",
  version: '1',
  features: [f.marketLogit, f.bookPull, f.minutePull, f.ladderPull],
})
