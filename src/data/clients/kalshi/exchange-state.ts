import { badField, type Fields, instantOf, listOf, objectOf, optionalInstant } from './fields.ts'

/** Whether the exchange works. */
export interface ExchangeStatus {
  readonly exchangeActive: boolean
  readonly tradingActive: boolean
  /** When it expects to be back; null where it does not say. */
  readonly resumeMs: number | null
}

/** Announced times without an exchange, in order, [fromMs, toMs). */
export type Maintenance = readonly { readonly fromMs: number; readonly toMs: number }[]

export function statusOf(body: unknown): ExchangeStatus {
  const where = 'the exchange status'
  const fields = objectOf(body, where)
  return {
    exchangeActive: flagOf(fields, 'exchange_active', where),
    tradingActive: flagOf(fields, 'trading_active', where),
    resumeMs: optionalInstant(fields, 'exchange_estimated_resume_time', where),
  }
}

export function maintenanceOf(body: unknown): Maintenance {
  const where = 'the exchange schedule'
  const schedule = objectOf(objectOf(body, where)['schedule'], where)
  return listOf(schedule, 'maintenance_windows', where)
    .map((window) => ({
      fromMs: instantOf(window, 'start_datetime', where),
      toMs: instantOf(window, 'end_datetime', where),
    }))
    .sort((a, b) => a.fromMs - b.fromMs)
}

function flagOf(fields: Fields, name: string, where: string): boolean {
  const value = fields[name]
  if (typeof value !== 'boolean') throw badField(where, name, value, 'true or false')
  return value
}
