#!/usr/bin/env node
// Writes the solver's WebAssembly kernels as source, from the programs that describe them; a test compares the two.
//
//   node --conditions=kwx-source bin/build-kernel.js
import { writeFileSync } from 'node:fs'

import { columnKernelSource } from '../src/domain/model/solver/column-program.ts'
import { kernelSource } from '../src/domain/model/solver/kernel-program.ts'

const solver = new URL('../plugins/train/src/solver/', import.meta.url)
writeFileSync(new URL('kernel-bytes.ts', solver), kernelSource())
writeFileSync(new URL('column-bytes.ts', solver), columnKernelSource())
