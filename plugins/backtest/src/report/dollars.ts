import { figure } from 'kwx/svg'

/** Dollars of an amount in 1e-4 dollars. */
export const dollars = (units: number): string => figure(units / 10_000, 2)
