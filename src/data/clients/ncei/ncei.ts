import { EXIT, KwxError } from '../../../base/errors.ts'
import { defineSource } from '../source.ts'
import { type NceiSource, nceiSource } from './ncei-source.ts'

/** NCEI's daily summaries: corrected in later years, so held against what paid and never a label. */
export default defineSource<NceiSource>({
  title: 'NCEI: archive of daily maxima',
  service: { url: 'https://www.ncei.noaa.gov', requestsPerSecond: 1 },
  open: nceiSource,
  maxima: {
    ncei: {
      title: 'GHCN-Daily maxima, some days late, with later corrections',
      role: 'cross-check',
      keptAs: 'ncei',
      keepsDays: null,
      async read(client, { city, fromDay, toDay }) {
        const { ghcnId } = city
        if (ghcnId === null) {
          throw new KwxError(`${city.name} has no id in the archive of daily maxima.`, {
            code: 'INGEST_NO_ARCHIVE',
            exit: EXIT.usage,
            hint: `Give ghcnId in the manifest of ${city.id}.`,
          })
        }
        const maxima = await client.maxima(ghcnId, fromDay, toDay)
        return {
          maxima: maxima.map(({ day, tmaxF }) => ({
            day,
            product_id: ghcnId,
            kind: 'cross-check' as const,
            issued_ms: null,
            tmax_f: tmaxF,
          })),
        }
      },
    },
  },
})
