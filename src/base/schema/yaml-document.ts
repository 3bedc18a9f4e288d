import type { Position, Problem } from './problem.ts'

/** Keys and indices from the root of a document. */
export type Path = readonly (string | number)[]

/** A YAML or JSON file, its value, its mistakes, and where everything stands. */
export interface YamlDocument {
  /** As it was named. */
  readonly file: string
  readonly text: string
  /** Plain data; undefined when the text cannot be read at all. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Where a key or value stands; undefined when the path is not in the file. */
  find(path: Path, what?: 'key' | 'value'): Position | undefined
  /** Like `find`, or else the nearest thing around it that is there. */
  locate(path: Path, what?: 'key' | 'value'): Position
}
