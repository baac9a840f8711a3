import { expect, test } from 'vitest'
import { createOrganization, firstStart } from '../../src/directory/organizations.ts'
import { openTestStore, rowsOf, tester } from '../support/store.ts'

test('no table holds a secret that was shown, or the part of it that only the secret has', async () => {
  const store = await openTestStore()
  const { database } = store
  const at = new Date()
  const first = await firstStart(database, at)
  const wanted = { name: 'Acme', subdomain: 'acme', plan: 'pro' } as const
  const second = await createOrganization(database, { actor: tester, requestId: 'r', at }, wanted)
  const secrets = [
    first?.operatorToken,
    first?.applicationKey,
    first?.setupSecret,
    second.applicationKey,
    second.setupSecret,
  ]

  const tables = await rowsOf(
    database,
    `select table_name from information_schema.tables where table_schema = 'public'`,
  )
  const dumps = await Promise.all(tables.map(([table]) => rowsOf(database, `select to_jsonb(t)::text from ${table} t`)))
  const dump = dumps.flat(2).join('\n')
  await store.close()

  expect(dump).toContain(first?.applicationKey.slice(-4))
  for (const secret of secrets) {
    const [, , random] = String(secret).split('_')
    expect(random).toHaveLength(43)
    // No run of eight characters of it is there, and so no encoding that keeps the characters.
    for (let from = 0; from + 8 <= 43; from += 1) expect(dump).not.toContain(random?.slice(from, from + 8))
  }
})
