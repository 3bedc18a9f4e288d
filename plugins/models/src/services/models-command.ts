import { KwxCommand } from 'kwx/command'

import type { World } from './world.ts'

/** Base of the registry's commands. */
export abstract class ModelsCommand<Result> extends KwxCommand<Result> {
  /** Opens what the registry touches for `work`; nothing of it needs the network. */
  protected registry<Value>(work: (world: World) => Promise<Value>): Promise<Value> {
    const news = (line: string) => {
      if (!this.isQuiet) this.logToStderr(line)
    }
    return this.withEnvironment({ offline: true }, (environment) => work({ ...environment, news }))
  }
}
