#!/usr/bin/env node
// Fits one data set in the reference layout and prints what came out as JSON:
//
//   node bench/solver/fit.js --set DIR/NAME [--raw] --C 0.1 --l1-ratio 0.5 [--class-weight balanced]
//     [--solver auto|fast|saga] [--tol tight] [--warm-from C] [--first-run]
//
// --warm-from fits that C first, untimed, and times the fit of --C that follows it. The code has run on an invented table
// before the clock starts, as the rivals' was compiled before; --first-run leaves that out. Any Node starts it.
import { restart, tooOld } from '../../bin/rerun.js'

const SOURCES = '--conditions=kwx-source'
if (tooOld || !process.execArgv.includes(SOURCES)) restart(import.meta.url, [SOURCES])
else await (await import('./fit-main.js')).main()
