/** Minutes east of UTC of the abbreviations that NWS offices write. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  AST: -240,
  ADT: -180,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  AKST: -540,
  AKDT: -480,
  HST: -600,
  SST: -660,
  CHST: 600,
}

/** Minutes east of UTC, or undefined for an abbreviation that no office of the NWS writes. */
export const zoneOffset = (abbreviation: string): number | undefined =>
  Object.hasOwn(ZONES, abbreviation) ? ZONES[abbreviation] : undefined
