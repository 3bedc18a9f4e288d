// Works through the rest of an invented world, as a loop that was started again: killed at any moment by its test.
//   node --conditions=kwx-source paper-child.ts DATABASE_URL LAST_MINUTE OPTIONS

import { openDatabase } from 'kwx/database'
import { lastWorkedMinute } from '../src/storage/save-minute.ts'

import { inventedWorld, type WorldOptions, workPaper } from './paper-world.ts'

const [url, last, options] = process.argv.slice(2) as [string, string, string]
const db = await openDatabase({ url })
const world = await inventedWorld(JSON.parse(options) as WorldOptions)
const worked = await lastWorkedMinute(db, world.loop)
process.stdout.write('ready\n')
await workPaper(db, world, [(worked ?? world.first - 1) + 1, Number(last)])
await db.destroy()
