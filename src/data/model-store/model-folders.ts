import { join } from 'node:path'

/** Where models lie below the setting `directories.models`. */
export interface ModelFolders {
  /** `pilots/<city>/<bracket>/<name>/win_*`: trained for study. */
  readonly pilots: string
  /** `<city>/<bracket>/win_*`: what production loads, by role. Each `<bracket>` is a link into `versions`. */
  readonly champion: string
  readonly challenger: string
  /** Every version that was ever promoted, by its hash. */
  readonly versions: string
  /** The change that is under way; left behind by a crash. */
  readonly pending: string
}

/** Folders of pilots, of what is live in each role, and of what was. Hand `champion` to `loadModelForDate`. */
export const modelFolders = (models: string): ModelFolders => ({
  pilots: join(models, 'pilots'),
  champion: join(models, 'trained'),
  challenger: join(models, 'challengers'),
  versions: join(models, '.versions'),
  pending: join(models, '.pending.json'),
})
