import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { PreparingClient } from '../../src/data/database/connection/preparing-client.ts'

const url = process.env['KWX_TEST_DATABASE_URL']

describe.runIf(url)('a connection to a server', () => {
  let client: PreparingClient
  beforeAll(async () => {
    client = new PreparingClient(url)
    await client.connect()
  })
  afterAll(() => client?.end())
  const prepared = async () =>
    (await client.query('select statement from pg_prepared_statements order by 1')).rows.map(
      ({ statement }) => statement,
    )

  it('prepares what it is asked for the second time, and answers as before', async () => {
    const text = 'select $1::integer + 1 as next'
    expect((await client.query(text, [0])).rows).toEqual([{ next: 1 }])
    expect(await prepared()).toEqual([])
    for (let k = 1; k < 12; k++) expect((await client.query(text, [k])).rows).toEqual([{ next: k + 1 }])
    expect(await prepared()).toEqual([text])
  })

  it('prepares no text without parameters, which may be several statements', async () => {
    const text = 'select 1 as one; select 2 as two'
    const before = await prepared()
    for (let k = 0; k < 3; k++) await client.query(text, [])
    expect(await prepared()).toEqual(before)
  })

  it('answers after an error in a prepared statement', async () => {
    const text = 'select 10 / $1::integer as share'
    for (let k = 1; k < 7; k++) await client.query(text, [k])
    await expect(client.query(text, [0])).rejects.toThrow('division by zero')
    expect((await client.query(text, [5])).rows).toEqual([{ share: 2 }])
  })

  it('prepares no text that comes after too many others', async () => {
    for (let k = 0; k < 300; k++) await client.query(`select ${k} + $1::integer`, [k])
    const before = await prepared()
    for (let k = 0; k < 8; k++) await client.query('select $1::text', ['late'])
    expect(await prepared()).toEqual(before)
  })
})
