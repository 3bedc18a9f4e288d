import { parentPort } from 'node:worker_threads'
import { decisionValues } from 'kwx/model'
import { brier, logLoss } from 'kwx/scores'
import { makeFold } from '../../src/domain/model/folds.ts'
import { sigmoids } from '../../src/domain/model/probability.ts'
import { rowSolver } from '../../src/domain/model/solver/fit.ts'
import { warmUp } from './warm-up.js'

/** All trials on one fold, in order: the fits of a fold start from each other, folds know nothing of each other. */
export function runFold({ design, label, rows, foldOf, trials, solver, cold }, fold) {
  const { x, y, xTest, yTest } = makeFold(design, label, rows, foldOf, fold)
  const p = design.names.length
  const solveAt = rowSolver(x, y.length, p, y, solver)
  return trials.map(({ C, l1_ratio, class_weight }, trial) => {
    const { coefficients, intercept, objective, iterations, converged } = solveAt(
      C,
      l1_ratio,
      class_weight,
      cold ? null : undefined,
    )
    const probability = sigmoids(decisionValues({ x: xTest, n: yTest.length, p }, coefficients, intercept))
    const scores = { val_brier: brier(yTest, probability), val_log_loss: logLoss(yTest, probability) }
    return {
      trial,
      fold,
      objective,
      iterations,
      converged,
      ...scores,
      intercept,
      coefficients: Array.from(coefficients),
    }
  })
}

if (parentPort) {
  await warmUp(runFold)
  parentPort.on('message', ({ task, fold }) => parentPort.postMessage(runFold(task, fold)))
  parentPort.postMessage('ready')
}
