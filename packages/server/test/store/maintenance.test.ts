import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maintain } from '../../src/store/maintenance.ts'
import { ignoreRow } from '../../src/store/statement.ts'
import { openTestStore, type TestStore } from '../support/store.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.close())

// PostgreSQL has its own autovacuum, which would race this.
describe.runIf(process.env.TEST_DATABASE_URL === undefined)('maintenance of the embedded engine', () => {
  test('vacuums a table once many rows were written, and then leaves it alone', async () => {
    await maintain(store.database)
    await store.database.asOwner([
      {
        text: `insert into user_counts (org_id, slot, users, deletions)
          select $1::uuid, n, 0, 0 from generate_series(1, 3000) as n`,
        values: [store.a.orgId],
        read: ignoreRow,
      },
      // Statistics are written once a second; this asks for them at the end of the transaction.
      { text: 'select pg_stat_force_next_flush()', values: [], read: ignoreRow },
    ])

    expect(await maintain(store.database)).toContain('user_counts')
    expect(await maintain(store.database)).not.toContain('user_counts')
  })
})
