#!/usr/bin/env node
// CPU time of a cold and a warm fit by rows and by columns, on invented rows; shows that cost is linear in rows and at most
// quadratic in columns.
//
//   node bench/solver/scaling.js [--rows 1000000] [--columns 40]
import { restart, tooOld } from '../../bin/rerun.js'

const SOURCES = '--conditions=kwx-source'
if (tooOld || !process.execArgv.includes(SOURCES)) restart(import.meta.url, [SOURCES])
else await (await import('./scaling-main.js')).main()
