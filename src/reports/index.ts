export type { Ablation, FilledDay, GateAuditFile, GatedFeature } from './gate-audit.ts'
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
