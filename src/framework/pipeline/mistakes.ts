import type { Path, Position, Problem, YamlDocument } from '../../base/schema/index.ts'

/** Where something stands in a pipeline file. */
type Place = Position & { readonly file: string }

/** The mistakes of one pipeline file, collected so that all are told at once. */
export class Mistakes {
  readonly document: YamlDocument
  readonly found: Problem[] = []

  constructor(document: YamlDocument) {
    this.document = document
  }

  /** The place of a key or value; of what lies around it where it is absent. */
  at(path: Path, part: 'key' | 'value' = 'value'): Place {
    return { file: this.document.file, ...this.document.locate(path, part) }
  }

  report(path: Path, message: string, part?: 'key' | 'value'): void {
    this.found.push({ ...this.at(path, part), message })
  }

  /** A mistake repeats in every matrix cell; it is told once. */
  get distinct(): Problem[] {
    const seen = new Map(this.found.map((one) => [`${one.file}:${one.line}:${one.column} ${one.message}`, one]))
    return [...seen.values()]
  }
}
