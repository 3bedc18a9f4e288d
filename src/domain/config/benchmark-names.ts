import type { Benchmark } from './production-config.ts'

/** What a sentence calls a benchmark. */
export const BENCHMARK_NAMES: Readonly<Record<Benchmark, string>> = {
  'half-way': 'the half-way price',
  mid: 'the middle of the book',
  last: 'the last trade',
}
