#!/usr/bin/env node
// The search's work on one data set: every trial on every fold, scaler fitted on the fold's training rows, scores on its
// test rows. Prints totals as JSON, the fits too with --fits.
//
//   node bench/solver/job.js --set DIR/NAME --trials trials60.json --folds 4 [--workers 2] [--solver saga] [--sample 12]
//     [--cold] [--fits] [--rounds 5]
//
// The job is done --rounds times by the same threads, as a pool does one window after the other; the figures are those of
// the last round, and first_cpu_seconds and first_wall_seconds those of the first, in which the engine still compiles.
// --sample takes that many trials spread evenly over the file. Any Node starts it.
import { restart, tooOld } from '../../bin/rerun.js'

const SOURCES = '--conditions=kwx-source'
if (tooOld || !process.execArgv.includes(SOURCES)) restart(import.meta.url, [SOURCES])
else await (await import('./job-main.js')).main()
