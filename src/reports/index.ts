export type { ReportVerdict } from './verdict.ts'
