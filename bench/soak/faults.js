// What can go wrong with the services, as the replay exchange can do it.

/** Faults by name, with the settings they are switched on with; one of several settings is drawn. */
export const FAULTS = {
  rateLimit: [{ perSecond: 5, capacity: 5 }],
  error500: [{ p: 0.5 }, { path: 'trades' }],
  error503: [{ p: 0.5 }, { path: '/iem/' }],
  html: [{ p: 0.5 }],
  latency: [{ ms: 200, jitterMs: 300, p: 0.3 }],
  reset: [{ p: 0.3 }],
  truncate: [{ p: 0.3 }],
  empty: [{ p: 0.3 }],
  nullLists: [{ p: 0.3 }],
  cursorLoop: [{ p: 1 }],
  dropRows: [{ fraction: 0.2, p: 0.5 }],
  duplicateRows: [{ fraction: 0.2, p: 0.5 }],
  shuffleRows: [{ p: 0.5 }],
  blankExpiration: [{ p: 1 }],
  clockSkew: [{ ms: 60_000 }],
  maintenance: [{ p: 1 }],
  feeChanges: [
    {
      changes: [
        {
          id: 'soak',
          series_ticker: 'KXHIGHMIA',
          fee_type: 'quadratic',
          fee_multiplier: 2,
          scheduled_ts: '2030-01-01T00:00:00Z',
        },
      ],
    },
  ],
  vcDailyCost: [{ limit: 0 }],
  vcConcurrency: [{ p: 1 }],
  cliMissing: [{ p: 1 }],
  wsGap: [{ p: 0.2 }],
  wsDrop: [{ afterMessages: 20 }],
  wsSilent: [{ afterMessages: 20 }],
  wsStale: [{ ms: 3000 }],
  wsRefuse: [{ p: 1 }],
}
