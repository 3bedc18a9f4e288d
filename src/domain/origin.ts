/** Where rows come from. Reports refuse to mix them. */
export type Origin = 'real' | 'replay' | 'simulated'
