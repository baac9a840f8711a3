import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyUse } from '../../src/access/key-use.ts'
import { revokeKey } from '../../src/store/keys.ts'
import { organizationId } from '../../src/store/scope.ts'
import { setServiceAccountActive } from '../../src/store/service-accounts.ts'
import { text } from '../../src/store/statement.ts'
import { expectRefusal, refusalIn } from '../support/answers.ts'
import { exchange, oneConnection } from '../support/http.ts'
import { type TestKey, personalKey, serviceKey } from '../support/keys.ts'
import { allRows, execute } from '../support/rows.ts'
import {
  type TestOrganization,
  type TestServer,
  organizationOf,
  patchBody,
  startTestServer,
  userBody,
} from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const unknownKey = 'the key is unknown, revoked or expired, or its owner is disabled'
const unknownId = '01890a5d-ac96-774b-bcce-b302099a8057'

/** A request of every sort: reads and writes, good and bad ones, those that need the database and those that do not. */
const everySort = [
  ['GET', '/Users', undefined],
  ['GET', '/Users?filter=userName%20eq%20%22ann%22', undefined],
  ['GET', '/Users?filter=displayName%20co%20%22x%22', undefined],
  ['GET', `/Users/${unknownId}`, undefined],
  ['GET', '/Users/nobody', undefined],
  ['POST', '/Users', userBody({ userName: 'intruder' })],
  ['POST', '/Users', { nonsense: true }],
  ['POST', '/Users', '{"broken'],
  ['PUT', `/Users/${unknownId}`, userBody({ userName: 'intruder' })],
  ['PATCH', `/Users/${unknownId}`, patchBody({ op: 'add', path: 'title', value: 'x' })],
  ['PATCH', `/Users/${unknownId}`, patchBody()],
  ['DELETE', `/Users/${unknownId}`, undefined],
  ['DELETE', '/Users', undefined],
  ['GET', '/ServiceProviderConfig', undefined],
  ['GET', '/Schemas', undefined],
  ['GET', '/ResourceTypes/User', undefined],
  ['GET', '/Schemas?filter=x', undefined],
  ['GET', '/Nope', undefined],
  ['GET', '/Me', undefined],
] as const

async function expectRefusedEverywhere({ scim }: TestOrganization, status: number, sentence: string): Promise<void> {
  for (const [method, path, body] of everySort) {
    const reply = await scim(method, path, body)

    expect(`${method} ${path} ${reply.status}`).toBe(`${method} ${path} ${status}`)
    expectRefusal(reply, status)
    expect(refusalIn(reply).detail).toContain(sentence)
    expect(reply.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="SCIM"' : null)
  }
}

async function expectLetIn({ scim }: TestOrganization): Promise<void> {
  expect(await scim('GET', '/Users')).toMatchObject({ status: 200 })
}

const revoke = ({ id, keyId }: TestKey) => server.store.asOwner([revokeKey(organizationId(id), keyId, new Date())])

describe('a key stops to open on the very next request', () => {
  test('when it is revoked, and stays so', async () => {
    const { id } = await server.organization()
    const key = await serviceKey(server, id)
    await expectLetIn(key)
    await revoke(key)

    await expectRefusedEverywhere(key, 401, unknownKey)
    await server.store.asOwner([setServiceAccountActive(organizationId(id), key.ownerId, true, new Date())])
    await expectRefusedEverywhere(key, 401, unknownKey)
  })

  test('when it expires', async () => {
    const { id } = await server.organization()
    const key = await serviceKey(server, id, { expiresAt: new Date(Date.now() + 3_600_000) })
    await expectLetIn(key)
    await execute(server.store, `update application_keys set expires_at = now() - interval '1 second' where id = $1`, [
      key.keyId,
    ])

    await expectRefusedEverywhere(key, 401, unknownKey)
  })

  test('when it was expired from the start', async () => {
    const { id } = await server.organization()

    await expectRefusedEverywhere(await serviceKey(server, id, { expiresAt: new Date(0) }), 401, unknownKey)
  })

  test('when its service account is disabled, and opens when that is enabled again', async () => {
    const { id } = await server.organization()
    const key = await serviceKey(server, id)
    const set = (active: boolean) =>
      server.store.asOwner([setServiceAccountActive(organizationId(id), key.ownerId, active, new Date())])
    await expectLetIn(key)

    await set(false)
    await expectRefusedEverywhere(key, 401, unknownKey)
    await set(true)
    await expectLetIn(key)
  })

  test('when its owner is gone', async () => {
    const { id } = await server.organization()
    const key = await serviceKey(server, id)
    await expectLetIn(key)
    await execute(server.store, 'delete from service_accounts where id = $1', [key.ownerId])

    await expectRefusedEverywhere(key, 401, unknownKey)
  })

  test('when its owner loses one of the two permissions (403)', async () => {
    const { id } = await server.organization()
    const key = await serviceKey(server, id)
    await expectLetIn(key)
    await execute(server.store, 'update service_accounts set permissions = $2::text[] where id = $1', [
      key.ownerId,
      ['user_access_manage'],
    ])

    await expectRefusedEverywhere(key, 403, 'user_access_invite and user_access_manage')
  })

  test('when the organization moves to the free plan (403), until it moves back', async () => {
    const organization = await server.organization()
    const plan = (name: string) => server.operator('PATCH', `/organizations/${organization.id}`, { plan: name })
    await expectLetIn(organization)

    expect(await plan('free')).toMatchObject({ status: 200 })
    await expectRefusedEverywhere(
      organization,
      403,
      'SCIM is part of the Pro and Enterprise plans; this organization is on the free plan',
    )
    expect(await plan('pro')).toMatchObject({ status: 200 })
    await expectLetIn(organization)
  })

  test('when the organization is deleted', async () => {
    const organization = await server.organization()
    await expectLetIn(organization)
    expect(await server.operator('DELETE', `/organizations/${organization.id}`)).toMatchObject({ status: 204 })

    await expectRefusedEverywhere(organization, 401, unknownKey)
  })

  test('of a connection that is open already, and nothing of it is written', async () => {
    const organization = await server.organization()
    const key = await serviceKey(server, organization.id)
    const agent = oneConnection()
    const headers = { authorization: `Bearer ${key.key}`, 'content-type': 'application/scim+json' }
    const send = (userName: string) =>
      exchange(server.url, {
        method: 'POST',
        path: '/api/v2/scim/Users',
        headers,
        agent,
        body: JSON.stringify(userBody({ userName })),
      })

    const before = await send('before')
    await revoke(key)
    const after = await send('after')
    agent.destroy()

    expect(before.status).toBe(201)
    expectRefusal(after, 401)
    expect(after.clientPort).toBe(before.clientPort)
    expect((await organization.listUsers()).Resources).toMatchObject([{ userName: 'before' }])
  })

  // Two processes cannot share the embedded engine.
  test.runIf(process.env['TEST_DATABASE_URL'])('on another server of the same database', async () => {
    const second = await startTestServer(server.database)
    const organization = await server.organization()
    const key = await serviceKey(server, organization.id)
    const there = organizationOf(second.scimBaseUrl, organization.id, key.key)
    await expectLetIn(key)
    await expectLetIn(there)
    await revoke(key)

    await expectRefusedEverywhere(there, 401, unknownKey)
    await expectRefusedEverywhere(key, 401, unknownKey)
    await second.stop()
  })
})

describe('scopes', () => {
  test.each([
    ['none', undefined, 200],
    ['both permissions', ['user_access_invite', 'user_access_manage'], 200],
    ['more than both', ['user_access_invite', 'user_access_manage', 'org_management'], 200],
    ['only one', ['user_access_invite'], 403],
    ['other ones', ['dashboards_read'], 403],
    ['an empty list', [], 403],
  ])('%s: %i', async (_, scopes, status) => {
    const { id } = await server.organization()
    const key = await serviceKey(server, id, scopes === undefined ? {} : { scopes })

    expect(await key.scim('GET', '/Users')).toMatchObject({ status })
    if (status === 403) await expectRefusedEverywhere(key, 403, 'the scopes of the key, if it has any, must name both')
  })

  test('give nothing that the owner does not have', async () => {
    const { id } = await server.organization()
    const scopes = ['user_access_invite', 'user_access_manage']

    await expectRefusedEverywhere(await serviceKey(server, id, { scopes, permissions: [] }), 403, 'its owner must have')
  })
})

describe("another organization's key", () => {
  test('finds nobody with any verb, and changes no byte', async () => {
    const [owner, stranger] = [await server.organization(), await server.organization()]
    const user = await owner.createUser({ userName: 'ann', emails: [{ value: 'ann@example.com' }] })
    const path = `/Users/${user.id}`
    const bytes = async () =>
      (await exchange(server.url, { path: `/api/v2/scim${path}`, headers: { authorization: `Bearer ${owner.key}` } }))
        .text
    const before = await bytes()

    expectRefusal(await stranger.scim('GET', path), 404)
    expectRefusal(await stranger.scim('PUT', path, { ...user, displayName: 'impostor' }), 404)
    expectRefusal(await stranger.scim('PATCH', path, patchBody({ op: 'replace', path: 'active', value: false })), 404)
    expectRefusal(await stranger.scim('DELETE', path), 404)
    expectRefusal(await stranger.scim('DELETE', path, undefined, { 'if-match': 'W/"1"' }), 404)
    expect(await stranger.scim('HEAD', path)).toMatchObject({ status: 404 })
    for (const filter of [
      `id eq "${user.id}"`,
      'userName eq "ann"',
      'emails.value eq "ann@example.com"',
      `meta.location eq "${user.meta.location}"`,
    ]) {
      expect(await stranger.listUsers({ filter })).toMatchObject({ totalResults: 0, Resources: [] })
    }
    expect(await stranger.createUser({ ...user, displayName: 'impostor' })).not.toMatchObject({ id: user.id })
    expect(await bytes()).toBe(before)
  })

  test('is told the same of a user elsewhere as of one who never was', async () => {
    const [owner, stranger] = [await server.organization(), await server.organization()]
    const { id } = await owner.createUser({ userName: 'ann' })
    const [there, nowhere] = [
      await stranger.scim('GET', `/Users/${id}`),
      await stranger.scim('GET', `/Users/${unknownId}`),
    ]

    expect(refusalIn(there).detail.replace(id, unknownId)).toBe(refusalIn(nowhere).detail)
  })
})

describe("a person's key", () => {
  async function person() {
    const organization = await server.organization()
    const user = await organization.createUser({ userName: 'ann' })
    return { organization, user, path: `/Users/${user.id}`, key: await personalKey(server, organization.id, user.id) }
  }

  test('opens as long as the person is active and permitted, whatever their name', async () => {
    const { organization, path, key } = await person()
    await expectLetIn(key)
    await organization.scim('PUT', path, userBody({ userName: 'renamed' }))
    await expectLetIn(key)
  })

  test('does not open when the person has no permission', async () => {
    const { organization, user } = await person()

    await expectRefusedEverywhere(
      await personalKey(server, organization.id, user.id, { permissions: [] }),
      403,
      'its owner must have',
    )
  })

  const deactivations: readonly (readonly [string, unknown])[] = [
    ['PATCH', patchBody({ op: 'replace', path: 'active', value: false })],
    ['PATCH', patchBody({ op: 'Replace', value: { active: 'False' } })],
    ['PUT', userBody({ userName: 'ann', active: false })],
  ]

  test.each(deactivations)('dies with a deactivation by %s %j, and does not come back', async (method, body) => {
    const { organization, path, key } = await person()
    await expectLetIn(key)
    expect(await organization.scim(method, path, body)).toMatchObject({ status: 200, body: { active: false } })
    await expectRefusedEverywhere(key, 401, unknownKey)

    await organization.scim('PATCH', path, patchBody({ op: 'replace', value: { active: true } }))
    expect(await organization.scim('GET', path)).toMatchObject({ body: { active: true } })
    await expectRefusedEverywhere(key, 401, unknownKey)
  })

  test('dies with the person, and is not that of a new one of the same name', async () => {
    const { organization, path, key } = await person()
    await expectLetIn(key)
    expect(await organization.scim('DELETE', path)).toMatchObject({ status: 204 })
    await expectRefusedEverywhere(key, 401, unknownKey)

    await organization.createUser({ userName: 'ann' })
    await expectRefusedEverywhere(key, 401, unknownKey)
  })

  test('dies by the deactivation that it asks for itself', async () => {
    const { path, key } = await person()

    expect(await key.scim('PATCH', path, patchBody({ op: 'replace', path: 'active', value: false }))).toMatchObject({
      status: 200,
    })
    await expectRefusedEverywhere(key, 401, unknownKey)
  })

  test('leaves the keys of others alone', async () => {
    const { organization, path } = await person()
    const other = await organization.createUser({ userName: 'ben' })
    const otherKey = await personalKey(server, organization.id, other.id)
    await organization.scim('PATCH', path, patchBody({ op: 'replace', path: 'active', value: false }))

    await expectLetIn(otherKey)
    await expectLetIn(organization)
  })
})

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

describe('secrets', () => {
  test('are in no row of any table and in no line of the log', async () => {
    const organization = await server.organization()
    const user = await organization.createUser({ userName: 'ann' })
    const personal = await personalKey(server, organization.id, user.id)
    await expectLetIn(personal)
    await organization.scim('GET', `/Users?access_token=${organization.key}&filter=nonsense`)
    await organization.scim('GET', `/${organization.key}`)
    await organization.scim('POST', '/Users', `{"broken": "${organization.key}`)
    await exchange(server.url, { path: `/setup/${new URL(server.first.setupUrl).pathname.split('/').at(-1)}` })

    const setup = new URL(server.first.setupUrl).pathname.split('/').at(-1) ?? ''
    const rows = JSON.stringify([...(await allRows(server.store))])
    const log = server.log.join('')
    expect(rows).toContain(organization.id)
    expect(log).toContain('"route":"/setup/:secret"')
    for (const secret of [organization.key, server.first.key, server.operatorToken, setup, personal.key]) {
      expect(secret).toMatch(/^rollcall_[a-z]+_[0-9A-Za-z]{43}_/)
      const random = secret.split('_')[2] ?? secret
      expect(rows).not.toContain(random)
      expect(log).not.toContain(random)
    }
  })
})
