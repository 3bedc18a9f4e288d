// Promotes a pilot and kills itself at a moment: node --conditions=kwx-source killed.ts '{"root": ..., ...}'
import { openDatabase } from 'kwx/database'

import { promote } from '../../src/services/promote.ts'
import type { Moment } from '../../src/services/world.ts'
import { projectAt, promotion } from './project.ts'

interface Given {
  readonly root: string
  readonly url: string
  readonly folder: string
  readonly moment: Moment
}

const { root, url, folder, moment } = JSON.parse(process.argv[2]!) as Given
const reached = (now: Moment) => {
  if (now === moment) process.kill(process.pid, 'SIGKILL')
}
const world = projectAt({ db: await openDatabase({ url }), url }, root).world({ reached })
await promote(world, { folder, ...promotion, override: 'promoted to be killed' })
