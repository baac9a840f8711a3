import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Reply } from '../support/answers.ts'
import { exchange } from '../support/http.ts'
import { allRows } from '../support/rows.ts'
import { type TestServer, organizationOf, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const organization = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  subdomain: z.string(),
  plan: z.enum(['free', 'pro', 'enterprise']),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
const created = z.strictObject({
  organization,
  scimBaseUrl: z.url(),
  applicationKey: z.string(),
  setupUrl: z.url(),
})
const listed = z.strictObject({ organizations: z.array(organization), next: z.uuid().optional() })

let made = 0

/** Creates an organization that must be accepted; every subdomain is another. */
async function create(wanted: Readonly<Record<string, unknown>> = {}) {
  made += 1
  const reply = await server.operator('POST', '/organizations', { name: 'Acme', subdomain: `acme-${made}`, ...wanted })
  expect(reply.status).toBe(201)
  return created.parse(reply.body)
}

const list = async (query = '') => listed.parse((await server.operator('GET', `/organizations${query}`)).body)

const sentencesOf = ({ body }: Reply) =>
  z.strictObject({ errors: z.array(z.string().min(1)).min(1) }).parse(body).errors

describe('POST /organizations', () => {
  test('makes an organization on the enterprise plan, with all that Okta needs', async () => {
    const { organization, scimBaseUrl, applicationKey, setupUrl } = await create({ name: '  Acme & Söhne  ' })

    expect(organization).toMatchObject({ name: 'Acme & Söhne', plan: 'enterprise', updatedAt: organization.createdAt })
    expect(scimBaseUrl).toBe(server.scimBaseUrl)
    expect(setupUrl).toMatch(new RegExp(`^${server.url}/setup/rollcall_setup_`))
    const { scim } = organizationOf(scimBaseUrl, organization.id, applicationKey)
    expect(await scim('GET', '/Users')).toMatchObject({ status: 200, body: { totalResults: 0 } })
  })

  test.each(['free', 'pro', 'enterprise'])('takes the plan %s', async (plan) => {
    expect((await create({ plan })).organization.plan).toBe(plan)
  })

  test.each([
    ['no body', undefined, 'the body'],
    ['an array', [], 'the body'],
    ['no name', { subdomain: 'x' }, 'name:'],
    ['a blank name', { name: '  ', subdomain: 'x' }, 'name:'],
    ['a name of 201 characters', { name: 'x'.repeat(201), subdomain: 'x' }, 'name:'],
    ['a NUL in the name', { name: 'a\u0000b', subdomain: 'x' }, 'name:'],
    ['half a character in the name', { name: 'a\ud800b', subdomain: 'x' }, 'name:'],
    ['no subdomain', { name: 'x' }, 'subdomain:'],
    ['a subdomain with capitals', { name: 'x', subdomain: 'Acme' }, 'subdomain: a subdomain has lower-case letters'],
    ['a subdomain with a dot', { name: 'x', subdomain: 'a.b' }, 'subdomain:'],
    ['a subdomain that ends in a hyphen', { name: 'x', subdomain: 'a-' }, 'subdomain:'],
    ['a subdomain of 64 characters', { name: 'x', subdomain: 'x'.repeat(64) }, 'subdomain:'],
    ['an empty subdomain', { name: 'x', subdomain: '' }, 'subdomain:'],
    ['a plan that nobody sells', { name: 'x', subdomain: 'x', plan: 'gold' }, 'plan:'],
    ['a member that nobody knows', { name: 'x', subdomain: 'x', id: '1' }, 'the body: Unrecognized key: "id"'],
    ['broken JSON', '{"name":', 'the request cannot be read'],
    ['a prototype', '{"name":"x","subdomain":"x","__proto__":{"plan":"free"}}', ''],
  ])('refuses %s in a sentence, and makes nothing', async (_, body, sentence) => {
    const before = await list('?limit=1000')
    const reply = await server.operator('POST', '/organizations', body)

    expect(reply.status).toBe(400)
    expect(sentencesOf(reply).join('; ')).toContain(sentence)
    expect(await list('?limit=1000')).toEqual(before)
  })

  test('names every fault of a body', async () => {
    expect(sentencesOf(await server.operator('POST', '/organizations', { name: '', subdomain: '-' }))).toHaveLength(2)
  })

  test('refuses a subdomain that is taken (409), also of ten at once all but one', async () => {
    const body = { name: 'Acme', subdomain: 'taken' }
    const replies = await Promise.all(Array.from({ length: 10 }, () => server.operator('POST', '/organizations', body)))
    const refused = replies.filter(({ status }) => status === 409)

    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(refused).toHaveLength(9)
    for (const reply of refused) expect(sentencesOf(reply)).toEqual(['the subdomain "taken" is taken'])
    expect((await list('?limit=1000')).organizations.filter(({ subdomain }) => subdomain === 'taken')).toHaveLength(1)
  })

  test('refuses another type of body, and one of more than 1 MiB', async () => {
    const post = (body: string, type: string) =>
      server.operator('POST', '/organizations', body, { 'content-type': type })

    expect(await post('name=x', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 })
    expect(await post(JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), 'application/json')).toMatchObject({
      status: 413,
    })
  })
})

describe('GET /organizations', () => {
  test('lists all in the order of their making, page by page', async () => {
    await create()
    await create()
    const all = (await list('?limit=1000')).organizations
    const paged: string[] = []
    for (let query: string | undefined = '?limit=2'; query !== undefined; ) {
      const page = await list(query)
      expect(page.organizations.length).toBeLessThanOrEqual(2)
      paged.push(...page.organizations.map(({ id }) => id))
      query = page.next === undefined ? undefined : `?limit=2&after=${page.next}`
    }

    expect(all[0]).toMatchObject({ id: server.first.id, subdomain: 'main', plan: 'enterprise' })
    expect(all.length).toBeGreaterThanOrEqual(3)
    expect(paged).toEqual(all.map(({ id }) => id))
  })

  test.each(['limit=0', 'limit=1001', 'limit=abc', 'limit=1.5', 'limit=1&limit=2', 'after=nobody', 'after='])(
    'refuses %s in a sentence that names the parameter',
    async (query) => {
      const reply = await server.operator('GET', `/organizations?${query}`)

      expect(reply.status).toBe(400)
      expect(sentencesOf(reply)[0]).toContain(`${query.split('=')[0]}:`)
    },
  )
})

describe('/organizations/:id', () => {
  test('is read', async () => {
    const { organization } = await create()

    expect(await server.operator('GET', `/organizations/${organization.id}`)).toMatchObject({
      status: 200,
      body: { organization },
    })
  })

  test('moves to another plan', async () => {
    const { organization } = await create()
    const path = `/organizations/${organization.id}`
    const reply = await server.operator('PATCH', path, { plan: 'free' })
    const changed = z
      .strictObject({ organization: z.looseObject({ updatedAt: z.string() }) })
      .parse(reply.body).organization

    expect(reply.status).toBe(200)
    expect(changed).toEqual({ ...organization, plan: 'free', updatedAt: changed.updatedAt })
    expect(changed.updatedAt > organization.updatedAt).toBe(true)
    expect((await server.operator('GET', path)).body).toEqual({ organization: changed })
  })

  test.each([{ plan: 'gold' }, {}, { plan: 'pro', name: 'x' }, [], undefined])(
    'refuses the change %j',
    async (body) => {
      const { organization } = await create()
      const path = `/organizations/${organization.id}`
      const reply = await server.operator('PATCH', path, body)

      expect(reply.status).toBe(400)
      expect(sentencesOf(reply)).not.toEqual([])
      expect((await server.operator('GET', path)).body).toEqual({ organization })
    },
  )

  test('is deleted with everything of it: its key opens nothing and no row of it stays', async () => {
    const { organization, applicationKey } = await create()
    const { id } = organization
    const { scim, createUser } = organizationOf(server.scimBaseUrl, id, applicationKey)
    const users = [
      await createUser({ userName: 'ann', emails: [{ value: 'ann@example.com' }] }),
      await createUser({ userName: 'ben' }),
    ]
    await scim('DELETE', `/Users/${users[1]?.id}`)
    await server.operator('PATCH', `/organizations/${id}`, { plan: 'pro' })
    const tablesOf = async () =>
      [...(await allRows(server.store))].filter(([, rows]) => rows.join('').includes(id)).map(([table]) => table)

    expect(await tablesOf()).toEqual([
      'application_keys',
      'audit_events',
      'deleted_users',
      'organizations',
      'service_accounts',
      'setup_links',
      'user_counts',
      'user_values',
      'users',
    ])
    expect(await server.operator('DELETE', `/organizations/${id}`)).toMatchObject({ status: 204, body: undefined })
    expect(await tablesOf()).toEqual([])
    expect(await scim('GET', '/Users')).toMatchObject({ status: 401 })
    expect((await list('?limit=1000')).organizations.map((each) => each.id)).not.toContain(id)
  })

  test('that is deleted leaves the others alone, and its subdomain free', async () => {
    const [one, other] = [await create({ subdomain: 'leaving' }), await create()]
    const staying = organizationOf(server.scimBaseUrl, other.organization.id, other.applicationKey)
    const user = await staying.createUser({ userName: 'ann' })
    await server.operator('DELETE', `/organizations/${one.organization.id}`)

    expect(await staying.readUser(user.id)).toEqual(user)
    expect((await create({ subdomain: 'leaving' })).organization.id).not.toBe(one.organization.id)
  })

  test('is deleted while its clients write: they get 201 or 401, and no row of it stays', async () => {
    const { organization, applicationKey } = await create()
    const { scim, createUser } = organizationOf(server.scimBaseUrl, organization.id, applicationKey)
    await createUser({ userName: 'first' })
    const writes = Array.from({ length: 30 }, (_, index) =>
      scim('POST', '/Users', { ...user, userName: `person${index}` }),
    )
    const deleted = await server.operator('DELETE', `/organizations/${organization.id}`)

    expect(deleted.status).toBe(204)
    for (const reply of await Promise.all(writes)) expect([201, 401]).toContain(reply.status)
    const rows = [...(await allRows(server.store)).values()].flat()
    expect(rows.filter((row) => row.includes(organization.id))).toEqual([])
  })

  const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'] }

  test.each(['01890a5d-ac96-774b-bcce-b302099a8057', 'nobody', '1', "'", '%00', '%F0%9F%8E%89', 'x'.repeat(10_000)])(
    '%s that is not there is 404 for every verb',
    async (id) => {
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', { plan: 'pro' }],
        ['DELETE', undefined],
      ] as const) {
        const reply = await server.operator(method, `/organizations/${id}`, body)

        expect(reply.status).toBe(404)
        expect(sentencesOf(reply)).toEqual(['there is no such organization'])
      }
    },
  )
})

describe("the operator's interface", () => {
  test.each(['POST', 'PUT', 'DELETE', 'GET'])('has nothing at another path, with %s', async (method) => {
    const reply = await server.operator(method, '/nope')

    expect(reply.status).toBe(404)
    expect(sentencesOf(reply)).toEqual(['there is nothing here'])
  })

  test.each([
    ['no token', undefined],
    ['an empty one', 'Bearer '],
    ['one of nobody', 'Bearer rollcall_op_0000000000000000000000000000000000000000000_000000'],
    ['an application key', 'KEY'],
    ['the secret of a set-up link', 'SETUP'],
    ['the token as a password', 'BASIC'],
  ])('is 401 with %s, and makes nothing', async (_, form) => {
    const before = await list('?limit=1000')
    const authorization = form
      ?.replace('KEY', `Bearer ${server.first.key}`)
      .replace('SETUP', `Bearer ${new URL(server.first.setupUrl).pathname.replace('/setup/', '')}`)
      .replace('BASIC', `Basic ${Buffer.from(`operator:${server.operatorToken}`).toString('base64')}`)
    const headers = { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) }
    const body = JSON.stringify({ name: 'x', subdomain: 'intruder' })
    const reply = await exchange(server.url, { method: 'POST', path: '/api/operator/v1/organizations', headers, body })

    expect(reply.status).toBe(401)
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="operator"')
    expect(sentencesOf(reply)).toHaveLength(1)
    expect(await list('?limit=1000')).toEqual(before)
  })

  test('stops to open when its token is revoked', async () => {
    const other = await startTestServer()
    await other.store.asOwner([
      { text: 'update operator_tokens set revoked_at = now()', values: [], read: () => undefined },
    ])

    expect(await other.operator('GET', '/organizations')).toMatchObject({
      status: 401,
      body: { errors: ['the operator token is unknown or revoked'] },
    })
    await other.stop()
  })
})
