#!/usr/bin/env node
// What a second worker thread gains on the search's work: the job with one and with two, in turns, as the first one of a
// process, in which the engine still compiles in every thread, and as the last of --jobs; and what two threads read
// at a time when each makes passes over rows of its own that no cache holds. Without --set only the latter.
//
//   node bench/solver/workers.js [--set DIR/NAME --trials trials60.json] [--rounds 5] [--jobs 5]
//
// On a machine with other work the wall times say little; CPU seconds that do not grow with the second thread say that the
// threads do not hinder each other.
import { restart, tooOld } from '../../bin/rerun.js'

const SOURCES = '--conditions=kwx-source'
if (tooOld || !process.execArgv.includes(SOURCES)) restart(import.meta.url, [SOURCES])
else await (await import('./workers-main.js')).main()
