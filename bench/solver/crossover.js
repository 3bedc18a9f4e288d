#!/usr/bin/env node
// CPU time of one cold fit by the solver of many columns and by that of few, on invented rows: where the first is sooner.
//
//   node bench/solver/crossover.js [--columns 60,80,120,200,400] [--rows-per-column 5,25,50]
import { restart, tooOld } from '../../bin/rerun.js'

const SOURCES = '--conditions=kwx-source'
if (tooOld || !process.execArgv.includes(SOURCES)) restart(import.meta.url, [SOURCES])
else await (await import('./crossover-main.js')).main()
