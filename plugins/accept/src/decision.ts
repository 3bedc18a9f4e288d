import type { Artefact } from 'kwx'
import type { BacktestAcceptanceFile, BlendGridFile, GateAuditFile, TimeAuditFile } from 'kwx/contracts'

/** The files 07 to 10 by the input of accept:report that brings them. */
export interface DecisionFiles {
  readonly backtest: BacktestAcceptanceFile
  readonly blend: BlendGridFile
  readonly time_audit: TimeAuditFile
  readonly gate_audit: GateAuditFile
}

export type DecisionName = keyof DecisionFiles

/** Input -> its kind, its file and the schema that the file must fit. */
export const DECISION = {
  backtest: { kind: 'backtest', file: '07_backtest_acceptance.json', schema: 'backtest:07_backtest_acceptance' },
  blend: { kind: 'blend', file: '08_blend_grid.json', schema: 'blend:08_blend_grid' },
  time_audit: { kind: 'time-audit', file: '09_time_alignment_audit.json', schema: 'audit:09_time_alignment_audit' },
  gate_audit: { kind: 'gate-audit', file: '10_feature_gate_analysis.json', schema: 'audit:10_feature_gate_analysis' },
} as const satisfies Record<DecisionName, { kind: string; file: string; schema: string }>

export const DECISION_NAMES = Object.keys(DECISION) as DecisionName[]

/** The backtest's page, copied beside its file. */
export const BACKTEST_PAGE = 'report.html'

/** One of the files 07 to 10 with the artefact it was read from. */
interface DecisionPart<File> {
  readonly artefact: Artefact
  readonly content: File
}

/** What of the second phase there is; an input that the pipeline does not produce is not there. */
export type Decision = { readonly [Name in DecisionName]?: DecisionPart<DecisionFiles[Name]> }

export type DecisionInputs = { readonly [Name in DecisionName]?: Artefact }

/** What a report folder holds byte for byte as another step wrote it, and the folder where that lies. */
export const copiedFiles = (decision: Decision): { readonly file: string; readonly from: string }[] =>
  DECISION_NAMES.flatMap((name) => {
    const artefact = decision[name]?.artefact
    if (!artefact) return []
    const files = [DECISION[name].file, ...(BACKTEST_PAGE in artefact.files ? [BACKTEST_PAGE] : [])]
    return files.map((file) => ({ file, from: artefact.folder }))
  })
