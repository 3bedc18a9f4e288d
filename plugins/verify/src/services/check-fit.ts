import {
  dualityGap,
  fitRows,
  fitScaling,
  kktResidual,
  type ModelFile,
  type Problem,
  rowsOfDays,
  rowWeights,
  withoutOffset,
} from 'kwx/model'
import { parseDay } from 'kwx/time'

import { atMost, type Finding, noDifference } from './check.ts'
import type { WindowEvidence } from './window-evidence.ts'

const KKT_LIMIT = 1e-7
const GAP_LIMIT = 1e-6
const OBJECTIVE_LIMIT = 1e-9

/** Mean and scale of the training rows, recomputed, are the stored ones bit for bit. */
export function checkScaler({ rows, model }: WindowEvidence): Finding {
  const again = fitScaling(rows.design, trainingRowsOf({ rows, model }), offsetOf(model))
  const problems: string[] = []
  for (const part of ['mean', 'scale'] as const) {
    rows.design.names.forEach((name, j) => {
      const [stored, found] = [model.scaling[part][j], again[part][j]]
      if (stored !== found) problems.push(`the ${part} of ${name} is ${stored}, its training rows have ${found}`)
    })
  }
  return noDifference(
    'scaler',
    `Mean and scale of ${rows.design.names.length} columns come from the training rows, bit for bit`,
    problems,
  )
}

/**
 * The stored coefficients are the optimum of the configured objective on the training rows, by objective, optimality
 * conditions and duality gap. Coefficients that were fitted on any other rows fail here, whatever the model declares.
 */
export function checkOptimum({ rows, model }: WindowEvidence): Finding[] {
  const problem = problemOf({ rows, model })
  const { intercept, certificate } = model
  const coefficients = withoutOffset(model.coefficients, rows.design.names, offsetOf(model))
  const kkt = kktResidual(problem, coefficients, intercept)
  const gap = dualityGap(problem, coefficients, intercept)
  const off = Math.abs(gap.primal - certificate.objective) / Math.max(1, Math.abs(gap.primal))
  return [
    atMost(
      'solver-objective',
      off,
      OBJECTIVE_LIMIT,
      'The relative difference of the recomputed objective to the certificate',
    ),
    atMost('solver-kkt', kkt, KKT_LIMIT, `The KKT residual on ${problem.n} training rows`),
    atMost('solver-gap', Math.abs(gap.relative), GAP_LIMIT, 'The relative duality gap'),
  ]
}

const offsetOf = ({ offset }: Pick<ModelFile, 'offset'>) => offset ?? 'none'

type Fitted = Pick<WindowEvidence, 'rows' | 'model'>

const trainingRowsOf = ({ rows, model }: Fitted) => rowsOfDays(rows.day, model.training.days.map(parseDay))

function problemOf({ rows, model }: Fitted): Problem {
  const train = trainingRowsOf({ rows, model })
  const { C, l1_ratio, class_weight } = model.hyper_parameters
  const given = fitRows(rows.design, rows.label, train, model.scaling, offsetOf(model))
  return { ...given, weight: rowWeights(given.y, class_weight), C, l1Ratio: l1_ratio }
}
