import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal } from '../support/answers.ts'
import { faultsOf } from '../support/refused.ts'
import { allRows } from '../support/rows.ts'
import { type TestServer, startTestServer, userBody } from '../support/server.ts'

// The embedded engine has one connection, on which nothing meets.
describe.runIf(process.env['TEST_DATABASE_URL'])('the end of an organization', () => {
  let server: TestServer
  let other: pg.Client
  beforeAll(async () => {
    server = await startTestServer()
    const { options } = server.database
    other = new pg.Client({ connectionString: options.engine === 'postgresql' ? options.url : '' })
    await other.connect()
  })
  afterAll(async () => {
    await other.end()
    await server.stop()
  })

  /** Resolved once a statement of the server waits for a lock. */
  async function serverWaits(): Promise<void> {
    const waiting = `select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    for (;;) {
      const { rows } = await other.query<{ waiting: number }>(waiting)
      if (rows[0]?.waiting === 1) return
    }
  }

  test('waits for somebody who is adding a person, and takes the person with it', async () => {
    const { id, createUser } = await server.organization()
    const user = await createUser({ userName: 'ann' })
    await other.query('begin')
    await other.query(
      `insert into users (org_id, id, user_name_key, active, version, created_at, updated_at, resource, search)
        select org_id, gen_random_uuid(), 'ben', active, version, created_at, updated_at, resource, search
        from users where id = $1`,
      [user.id],
    )
    const deleted = server.operator('DELETE', `/organizations/${id}`)
    await serverWaits()
    await other.query('commit')

    expect(await deleted).toMatchObject({ status: 204 })
    expect([...(await allRows(server.store)).values()].flat().filter((row) => row.includes(id))).toEqual([])
  })

  test('that comes before the end of a create refuses it as it refuses every later one (401)', async () => {
    const { id, scim } = await server.organization()
    await other.query('begin')
    await other.query('delete from organizations where id = $1', [id])
    const created = scim('POST', '/Users', userBody({ userName: 'ann' }))
    await serverWaits()
    await other.query('commit')

    expectRefusal(await created, 401)
    expect(faultsOf(server)).toEqual([])
    expectRefusal(await scim('POST', '/Users', userBody({ userName: 'ann' })), 401)
  })
})
