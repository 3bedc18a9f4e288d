export type {
  AdverseSelection,
  BacktestAcceptanceFile,
  BacktestBand,
  BacktestGate,
  BacktestGates,
  BacktestMetrics,
  DayInterval,
  EdgeBucket,
  SharpeInterval,
} from './backtest-acceptance.ts'
export type {
  BlendDevig,
  BlendGridFile,
  BlendHead,
  BlendInterval,
  BlendLadders,
  BlendPilot,
  BlendScores,
  BlendWeight,
  BlendWindow,
} from './blend-grid.ts'
export type {
  ArchiveDifference,
  CompletenessFile,
  GateVerdict,
  RowCompleteness,
  SplitCompleteness,
} from './completeness-file.ts'
export type { FeaturesFile } from './features-file.ts'
export type { Ablation, GateAuditFile, GatedFeature, StationDay } from './gate-audit.ts'
export type { LabelsFile, SealedLabel } from './labels-file.ts'
export type { EProcessFigures, MeanInterval, SkillJudgement, WeightedDifference } from './skill.ts'
export type {
  CloseClock,
  DayMembership,
  DayRules,
  RowKind,
  TimeAuditEvent,
  TimeAuditFile,
  TimeFault,
  TimeFaultKind,
} from './time-audit.ts'
export type { ReportVerdict } from './verdict.ts'
export type { VerificationCheck, VerificationFile } from './verification-file.ts'
