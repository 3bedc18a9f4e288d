#!/usr/bin/env node
// The search's work on one data set: every trial on every fold, scaler fitted on the fold's training rows, scores on its
// test rows. Prints totals as JSON, the fits too with --fits.
//
//   node bench/solver/job.js --set DIR/NAME --trials trials60.json --folds 4 [--workers 2] [--solver saga] [--sample 12]
//     [--cold] [--fits]
//
// --sample takes that many trials spread evenly over the file. Any Node starts it.
import { restart, tooOld } from '../../bin/rerun.js'

const SOURCES = '--conditions=kwx-source'
if (tooOld || !process.execArgv.includes(SOURCES)) restart(import.meta.url, [SOURCES])
else await (await import('./job-main.js')).main()
