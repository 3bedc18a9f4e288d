import { EXIT, KwxError } from 'kwx'
import type { City, FeeFault } from 'kwx/cities'
import { formatDay } from 'kwx/time'

/** @throws KwxError FEE_CHANGE_UNKNOWN (exit 5) for the first fault: what an order costs would be a guess */
export function refuseFeeFaults(city: Pick<City, 'id'>, faults: readonly FeeFault[]): void {
  const [first] = faults
  if (!first) return
  throw new KwxError(`${first.sentence}.`, {
    code: 'FEE_CHANGE_UNKNOWN',
    exit: EXIT.stale,
    hint: `Add the change to regimes.fee in the manifest of ${city.id}, or leave the days out.`,
    details: {
      city: city.id,
      faults: faults.map(({ series, day, sentence }) => ({ series, day: formatDay(day), sentence })),
    },
  })
}
