#!/usr/bin/env node
// Writes the solver's WebAssembly kernel as source, from the program that describes it; a test compares the two.
//
//   node --conditions=kwx-source bin/build-kernel.js
import { writeFileSync } from 'node:fs'

import { kernelSource } from '../plugins/train/src/solver/kernel-program.ts'

writeFileSync(new URL('../plugins/train/src/solver/kernel-bytes.ts', import.meta.url), kernelSource())
