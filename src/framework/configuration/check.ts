import type { Path, YamlDocument } from '../../base/schema/index.ts'
import type { ProductionConfig } from '../../domain/config/production-config.ts'

/** A configuration that may still hold values of the wrong type: each check looks before it reads. */
export type Draft = { readonly [Key in keyof ProductionConfig]?: unknown }

/** What every check is given: the values with defaults, and how to report a mistake at a path. */
export interface Check {
  readonly draft: Draft
  readonly document: YamlDocument
  report(path: Path, message: string, hint?: string): void
  /** Whether the schema had already something to say about the value there. */
  isRefused(path: Path): boolean
}
