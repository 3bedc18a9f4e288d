// Recorded days to soak on, with the models that run there.

const offset = (city, days) => `city: ${city}
bracket: between
feature_set: market_offset
offset: market
${days}
price_source: trades
penalties: [l2]
search: { method: path, C_values: 3 }
search_space: { C_min: 0.0001, C_max: 0.001, class_weight: [null] }
cv_splits: 2
`
const rich = (city, bracket, days, more = '') => `city: ${city}
bracket: ${bracket}
feature_set: elasticnet_rich
${days}
penalties: [l2]
trials: 2
cv_splits: 2
${more}`
const span = (from, to, train, test) =>
  `start_date: ${from}\nend_date: ${to}\ntrain_days: ${train}\ntest_days: ${test}\nstep_days: ${test}`

// One window each, whose test days are the days of the soak.
const WINTER = span('2025-01-23', '2025-02-26', 28, 7)
const SPRING = span('2025-04-30', '2025-05-19', 12, 8)

/**
 * By name: the first instant, the last one, what to import for training, and configurations by file name.
 *
 * February has prints of four cities and their reports, May has Chicago's recorded quotes.
 */
export const SCENES = {
  february: {
    start: '2025-02-20T15:30:00Z',
    end: '2025-02-26T20:00:00Z',
    train: { from: '2025-01-22', to: '2025-02-28', cities: ['miami', 'chicago', 'nyc', 'austin'] },
    configs: {
      mia_between: rich('miami', 'between', WINTER, 'price_source: trades\n'),
      chi_between: rich('chicago', 'between', WINTER, 'price_source: trades\nobservation_station: KORD\n'),
      nyc_between: offset('nyc', `${WINTER}\nobservation_station: KLGA`),
      aus_between: offset('austin', WINTER),
    },
  },
  /** One city, for a short soak. */
  miami: {
    start: '2025-02-20T16:00:00Z',
    end: '2025-02-26T20:00:00Z',
    train: { from: '2025-02-07', to: '2025-02-28', cities: ['miami'] },
    configs: { mia_between: offset('miami', span('2025-02-08', '2025-02-26', 12, 7)) },
  },
  may: {
    start: '2025-05-12T15:30:00Z',
    end: '2025-05-19T20:00:00Z',
    train: { from: '2025-04-29', to: '2025-05-20', cities: ['chicago'] },
    configs: { chi_between: rich('chicago', 'between', SPRING, 'price_source: candles\nobservation_station: KORD\n') },
  },
}
