import { parseArgs } from 'node:util'

import { randomFrom } from 'kwx/random'

import { ColumnRows } from '../../src/domain/model/solver/column-rows.ts'
import { fastestKernel, Panels } from '../../src/domain/model/solver/panels.ts'
import { proximalNewton } from '../../src/domain/model/solver/proximal-newton.ts'
import { matrixRows } from '../../src/domain/model/solver/row-source.ts'
import { isWide, WideFits } from '../../src/domain/model/solver/wide-fits.ts'
import { cpuSeconds } from './read-set.js'

/** Columns like their neighbours, of which fifteen matter. */
function invent(n, p) {
  const random = randomFrom(`crossover/${n}/${p}`)
  const x = new Float64Array(n * p)
  const y = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    let z = 0.3
    for (let j = 0; j < p; j++) {
      x[i * p + j] = (j > 0 ? 0.5 * x[i * p + j - 1] : 0) + 0.87 * random.normal()
      if (j % Math.ceil(p / 15) === 0) z += (j % 2 ? -1 : 1) * x[i * p + j]
    }
    y[i] = z + 1.7 * random.normal() > 0 ? 1 : 0
  }
  return { x, y }
}

const few = ({ x, y }, n, p, l1, l2) => {
  const columns = Array.from({ length: p }, (_, j) => j)
  const panels = new Panels(matrixRows(x, n, p), y, { columns, weight: null, offset: null, kernel: fastestKernel })
  panels.weigh(null)
  return proximalNewton(panels, l1, l2, { at: new Float64Array(p + 1), hessian: null }, { tight: false }).value
}
const many = ({ x, y }, _n, p, l1, l2) => {
  const columns = Array.from({ length: p }, (_, j) => j)
  return new WideFits(new ColumnRows(x, y, columns, null, null)).fit(l1, l2, null, null, false).value
}

/** The command line of crossover.js. */
export function main() {
  const { values } = parseArgs({
    options: {
      columns: { type: 'string', default: '60,80,120,200,400' },
      'rows-per-column': { type: 'string', default: '5,25,50' },
    },
  })
  const list = (text) => text.split(',').map(Number)
  const timed = (work) => {
    const times = [0, 0, 0].map(() => {
      const before = cpuSeconds()
      work()
      return 1000 * (cpuSeconds() - before)
    })
    return times.sort((a, b) => a - b)[1]
  }
  const table = []
  for (const share of list(values['rows-per-column'])) {
    for (const p of list(values.columns)) {
      const n = share * p
      const data = invent(n, p)
      const sums = { few: 0, many: 0 }
      for (const C of [0.1, 10]) {
        for (const ratio of [0, 0.5, 1]) {
          const scale = 1 / (C * n)
          const penalty = [scale * ratio, scale * (1 - ratio)]
          sums.few += timed(() => few(data, n, p, ...penalty))
          sums.many += timed(() => many(data, n, p, ...penalty))
        }
      }
      table.push({
        p,
        n,
        'few, ms': Number((sums.few / 6).toPrecision(3)),
        'many, ms': Number((sums.many / 6).toPrecision(3)),
        ratio: Number((sums.many / sums.few).toPrecision(2)),
        taken: isWide(n, p) ? 'many' : 'few',
      })
    }
  }
  console.table(table)
}
