import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyUse } from '../../src/access/key-use.ts'
import { organizationId } from '../../src/store/scope.ts'
import { text } from '../../src/store/statement.ts'
import { serviceKey } from '../support/keys.ts'
import { type TestServer, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

describe('the last use of a key', () => {
  test('is noted when the notes are written, the latest of several', async () => {
    const { id } = await server.organization()
    const { keyId } = await serviceKey(server, id)
    const times = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-02T00:00:00Z')].values()
    const use = keyUse(server.store, pino({ level: 'silent' }), () => times.next().value ?? new Date(0))
    use.note(organizationId(id), keyId)
    use.note(organizationId(id), keyId)
    await use.close()

    const lastUse = `select extract(epoch from last_used_at)::bigint from application_keys where id = $1`
    const [[seconds]] = await server.store.asOwner([{ text: lastUse, values: [keyId], read: ([at]) => text(at) }])
    expect(seconds).toBe(String(Date.UTC(2026, 0, 2) / 1000))
  })
})
