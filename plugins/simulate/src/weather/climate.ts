/** Length of the sensor's running mean, and the step of the weather process, minutes. */
export const STEP_MINUTES = 5
/** Steps of one climate day. */
export const STEPS_PER_DAY = 288

/**
 * The constants of the fictional climate, degrees Fahrenheit unless named otherwise: a mid-latitude, continental
 * place. The anomaly is what nobody can know in advance; everything else is common knowledge (the forecast).
 */
export const CLIMATE = {
  /** Mean of the year and half the difference between summer and winter. */
  annualMean: 55,
  annualAmplitude: 21,
  /** Day of the year of the warmest season (about 20 July). */
  warmestDay: 201,
  /** Air masses: stationary sd of the day's level and its correlation from day to day. */
  airMassSd: 6.5,
  airMassCorrelation: 0.7,
  /** Half the clear-sky range from morning to afternoon, and how far clouds can cut it. */
  diurnalMean: 9,
  diurnalSpread: 3,
  /** Anomaly: stationary sd and relaxation time in minutes. */
  anomalySd: 2.4,
  anomalyMinutes: 480,
} as const

/** Seasonal mean temperature of a day number, degrees F. */
export const seasonalMean = (day: number): number =>
  CLIMATE.annualMean +
  CLIMATE.annualAmplitude * Math.cos((2 * Math.PI * (day - 365.2425 * 53 - CLIMATE.warmestDay)) / 365.2425)

/**
 * The course of a clear day in [-1, 1]: lowest at 06:00, highest at 15:00 local standard time, half cosines between.
 *
 * @param hour  hours since midnight in local standard time, [0, 24]
 */
export function diurnalShape(hour: number): number {
  if (hour >= 6 && hour <= 15) return Math.cos((Math.PI * (15 - hour)) / 9)
  const sincePeak = hour > 15 ? hour - 15 : hour + 9
  return Math.cos((Math.PI * sincePeak) / 15)
}
