#!/usr/bin/env node
// Ours and the libraries that a user would pick, on the same data, in turns; prints ratios of CPU time and of objectives.
//
//   node bench/solver/rivals.js --set DIR/NAME [--rounds 3] [--job trials60.json --sample 6] [--max-iter 2000]
//     [--without saga,glmnet]
//
// scikit-learn is the system's (/usr/bin/python3, Debian: python3-sklearn), glmnet R's (Debian: r-cran-glmnet). What is
// missing is said and left out; nothing is installed. Debian's OpenBLAS picks slow kernels on processors younger than it
// is, so OPENBLAS_CORETYPE is set to the best that the processor has, and one thread is used by all.
import { restart, tooOld } from '../../bin/rerun.js'

const SOURCES = '--conditions=kwx-source'
if (tooOld || !process.execArgv.includes(SOURCES)) restart(import.meta.url, [SOURCES])
else await (await import('./rivals-main.js')).main()
