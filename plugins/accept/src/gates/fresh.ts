import { join } from 'node:path'

import { readJson } from 'kwx/artefacts'
import type { ModelFile } from 'kwx/model'

import type { Gate } from '../gate.ts'

export default {
  title: 'trained on this data',
  judges: 'pilot',
  async judge({ summary, artefacts }) {
    const fitted = summary.windows.filter(({ outcome }) => outcome === 'fitted')
    const { pilot, features, labels } = artefacts
    const old: string[] = []
    for (const { window } of fitted) {
      const { data } = await readJson<ModelFile>(join(pilot!.folder, window, 'model.json'))
      if (data.features !== features!.hash || data.labels !== labels!.hash) old.push(window)
    }
    const about = { value: old.length, threshold: 0, threshold_source: 'kwx: a model states the hash of its data' }
    if (fitted.length === 0) return { ...about, outcome: 'not-enough-evidence', sentence: 'No window was fitted.' }
    return old.length > 0
      ? {
          ...about,
          outcome: 'stale',
          sentence: `${old.length} of ${fitted.length} models were trained on other data than they are judged on, first ${old[0]}.`,
        }
      : {
          ...about,
          outcome: 'pass',
          sentence: `All ${fitted.length} models were trained on the data they are judged on.`,
        }
  },
} satisfies Gate
