// Started by a test: opens an embedded folder, says so, and keeps it until it is killed.
import { openDatabase } from '../../../src/data/database/index.ts'

await openDatabase({ url: `pglite:${process.argv[2]}` })
process.send!('open')
setInterval(() => {}, 1000)
