import { enterpriseUserSchemaId } from '@rollcall/scim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal, pageIn, refusalIn, userIn } from '../support/answers.ts'
import { exchange } from '../support/http.ts'
import { type TestOrganization, type TestServer, coreUser, patchBody, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

// What Okta's own client puts on every request.
const oktaHeaders = {
  'user-agent': 'Okta SCIM Client 1.0.0',
  accept: 'application/scim+json',
  'accept-charset': 'utf-8',
  'accept-encoding': 'gzip,deflate',
}

/** An organization as Okta speaks with it. */
async function oktaOrganization(): Promise<TestOrganization> {
  const organization = await server.organization()
  return {
    ...organization,
    scim: (method, path, body, headers) =>
      organization.scim(method, path, body, {
        ...oktaHeaders,
        ...(body !== undefined && { 'content-type': 'application/scim+json; charset=utf-8' }),
        ...headers,
      }),
  }
}

const assignment = {
  schemas: [coreUser],
  userName: 'test.user@example.com',
  name: { givenName: 'Test', familyName: 'User' },
  emails: [{ primary: true, value: 'test.user@example.com', type: 'work' }],
  displayName: 'Test User',
  locale: 'en-US',
  externalId: '00u1aaaabbbbccccdddd',
  groups: [],
  password: '8fqoWz1k',
  active: true,
  title: 'Engineer',
}

const existence = (userName: string) =>
  `/Users?filter=userName%20eq%20%22${encodeURIComponent(userName)}%22&startIndex=1&count=100`

describe("Okta's published SCIM 2.0 suite", () => {
  test('finds one complete user on a page of one, and the same by id', async () => {
    const { scim } = await oktaOrganization()
    await scim('POST', '/Users', assignment)
    await scim('POST', '/Users', { ...assignment, userName: 'second@example.com' })
    const page = pageIn(await scim('GET', '/Users?count=1&startIndex=1'))

    expect(page).toMatchObject({ totalResults: 2, startIndex: 1, itemsPerPage: 1 })
    const [listed] = page.Resources
    const read = userIn(await scim('GET', `/Users/${listed?.id}`))
    expect(read).toEqual(listed)
    expect(read).toMatchObject({
      active: true,
      userName: 'test.user@example.com',
      name: { givenName: 'Test', familyName: 'User' },
      emails: [{ value: 'test.user@example.com', type: 'work', primary: true }],
    })
  })

  test('gets an empty ListResponse for a userName that nobody has, never 404', async () => {
    const { scim } = await oktaOrganization()

    expect(pageIn(await scim('GET', existence('nobody@example.com')))).toMatchObject({ totalResults: 0, Resources: [] })
  })

  test.each(['00919288221112222', 'nobody', '01890a5d-ac96-774b-bcce-b302099a8057'])(
    'gets 404 with a detail for the unknown id %s',
    async (id) => {
      const { scim } = await oktaOrganization()
      const reply = await scim('GET', `/Users/${id}`)

      expectRefusal(reply, 404)
      expect(refusalIn(reply).detail).toContain(id)
    },
  )

  test('creates from application/json with the case of userName kept, and conflicts the second time', async () => {
    const { scim } = await oktaOrganization()
    const headers = { 'content-type': 'application/json' }
    const body = { ...assignment, userName: 'Test.User@Example.com' }
    const created = await scim('POST', '/Users', body, headers)

    expect(created.status).toBe(201)
    expect(userIn(created)).toMatchObject({ userName: 'Test.User@Example.com', active: true, schemas: [coreUser] })
    expectRefusal(await scim('POST', '/Users', body, headers), 409, 'uniqueness')
    expect(pageIn(await scim('GET', existence('TEST.USER@EXAMPLE.COM')))).toMatchObject({ totalResults: 1 })
  })

  test('gets 401 with a SCIM error for "Authorization: non-token"', async () => {
    const headers = { ...oktaHeaders, authorization: 'non-token' }
    const reply = await exchange(server.url, { path: '/api/v2/scim/Users', headers })

    expectRefusal(reply, 401)
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="SCIM"')
  })

  test('tests the credentials with a page of two, in each way that Okta sends the key', async () => {
    const { key } = await server.organization()
    for (const authorization of [`Bearer ${key}`, key]) {
      const headers = { ...oktaHeaders, authorization }
      const reply = await exchange(server.url, { path: '/api/v2/scim/Users?startIndex=1&count=2', headers })

      expect(pageIn(reply)).toMatchObject({ totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] })
    }
  })
})

describe("Okta's manual test plan", () => {
  test('C9290, C9334: a user is created with basic and with all attributes', async () => {
    const { scim } = await oktaOrganization()
    const all = {
      ...assignment,
      schemas: [coreUser, enterpriseUserSchemaId],
      userName: 'all@example.com',
      nickName: 'T',
      phoneNumbers: [{ value: '1', type: 'work' }],
      addresses: [{ type: 'work', locality: 'Zug', primary: true }],
      [enterpriseUserSchemaId]: { department: 'Sales', manager: { value: 'x', displayName: 'Max' } },
    }
    const { password: _, groups: __, ...kept } = all

    expect(userIn(await scim('POST', '/Users', assignment))).toMatchObject({ name: assignment.name })
    expect(userIn(await scim('POST', '/Users', all))).toMatchObject(kept)
  })

  test('C9335: a user who is there already is found, linked and updated, not made again', async () => {
    const { scim, createUser, listUsers } = await oktaOrganization()
    const before = await createUser({
      userName: 'test.user@example.com',
      name: { formatted: 'Mona Octocat' },
      nickName: 'Mo',
    })
    const [found] = pageIn(await scim('GET', existence('Test.User@example.com'))).Resources
    const read = userIn(await scim('GET', `/Users/${found?.id}`))
    const after = userIn(await scim('PUT', `/Users/${read.id}`, { ...read, ...assignment }))

    expect(after).toMatchObject({ id: before.id, externalId: assignment.externalId, title: 'Engineer', nickName: 'Mo' })
    expect(after.meta.created).toBe(before.meta.created)
    expect(await listUsers()).toMatchObject({ totalResults: 1 })
  })

  test('C9336: a userName is unique', async () => {
    const { scim } = await oktaOrganization()
    await scim('POST', '/Users', assignment)

    expectRefusal(await scim('POST', '/Users', { ...assignment, emails: [], externalId: '00u2' }), 409, 'uniqueness')
  })

  test('C9291, C9305: a changed profile is read, merged and put back', async () => {
    const { scim } = await oktaOrganization()
    const { id } = userIn(await scim('POST', '/Users', assignment))
    const read = userIn(await scim('GET', `/Users/${id}`))
    const name = { givenName: 'Tess', familyName: 'User' }
    const after = userIn(await scim('PUT', `/Users/${id}`, { ...read, name, title: 'Lead' }))

    expect(after).toEqual({
      ...read,
      name,
      title: 'Lead',
      meta: { ...read.meta, version: 'W/"2"', lastModified: after.meta.lastModified },
    })
  })

  test('C9291: several attributes change by one PATCH without a path', async () => {
    const { scim } = await oktaOrganization()
    const { id } = userIn(await scim('POST', '/Users', assignment))
    const value = { title: 'Lead', name: { givenName: 'Tess' }, id }

    expect(userIn(await scim('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value })))).toMatchObject({
      title: 'Lead',
      name: { givenName: 'Tess', familyName: 'User' },
    })
  })

  test('C9337: empty values are accepted', async () => {
    const { scim } = await oktaOrganization()
    const empty = {
      ...assignment,
      title: '',
      displayName: null,
      locale: '',
      phoneNumbers: [{ value: '', type: 'mobile' }],
      name: { ...assignment.name, middleName: '' },
      [enterpriseUserSchemaId]: { department: '' },
    }
    const user = userIn(await scim('POST', '/Users', empty))

    expect(Object.keys(user).sort()).toEqual([
      'active',
      'emails',
      'externalId',
      'id',
      'meta',
      'name',
      'schemas',
      'userName',
    ])
    expect(user['name']).toEqual(assignment.name)
    expect(userIn(await scim('PUT', `/Users/${user.id}`, { ...user, ...empty }))).toEqual(user)
  })

  test.each([
    ['PATCH', (_: Record<string, unknown>, active: boolean) => patchBody({ op: 'replace', value: { active } })],
    ['PUT', (user: Record<string, unknown>, active: boolean) => ({ ...user, active })],
  ])(
    'C9292, C9293, C9311: unassigning by %s disables, and assigning again keeps id and attributes',
    async (method, body) => {
      const { scim, readUser, listUsers } = await oktaOrganization()
      const before = userIn(await scim('POST', '/Users', assignment))
      await scim(method, `/Users/${before.id}`, body(before, false))
      expect(await readUser(before.id)).toEqual({ ...before, active: false, meta: expect.anything() })

      const [found] = pageIn(await scim('GET', existence(before.userName))).Resources
      expect(found).toMatchObject({ id: before.id, active: false })
      await scim(method, `/Users/${before.id}`, body(userIn(await scim('GET', `/Users/${before.id}`)), true))
      expect(await readUser(before.id)).toEqual({ ...before, meta: expect.anything() })
      expect(await listUsers()).toMatchObject({ totalResults: 1 })
    },
  )

  test('C9301, C9302: a synchronized password is no error and is not kept', async () => {
    const { scim } = await oktaOrganization()
    const before = userIn(await scim('POST', '/Users', assignment))
    const sync = patchBody({ op: 'replace', value: { password: 'n3w-Secret' } })

    expect(await scim('PATCH', `/Users/${before.id}`, sync)).toMatchObject({ status: 200, body: before })
    expect(await scim('PUT', `/Users/${before.id}`, { ...before, password: 'n3w-Secret' })).toMatchObject({
      status: 200,
      body: before,
    })
  })

  test('C9303, C9304: the import tells who is active', async () => {
    const { scim } = await oktaOrganization()
    await scim('POST', '/Users', assignment)
    await scim('POST', '/Users', { ...assignment, userName: 'left@example.com', active: false })
    const { Resources, totalResults } = pageIn(await scim('GET', '/Users?startIndex=1&count=100'))

    expect(totalResults).toBe(2)
    expect(Resources.map(({ active }) => active)).toEqual([true, false])
  })

  test('C9359: a user who was deactivated here is imported as inactive', async () => {
    const { scim } = await oktaOrganization()
    const { id } = userIn(await scim('POST', '/Users', assignment))
    await scim('PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'active', value: 'False' }))

    expect(pageIn(await scim('GET', '/Users?startIndex=1&count=100')).Resources).toMatchObject([{ id, active: false }])
  })

  test('C9340: a wrong credential fails as an authentication failure', async () => {
    const { scim } = await oktaOrganization()

    expectRefusal(await scim('GET', '/Users?startIndex=1&count=2', undefined, { authorization: 'Bearer wrong' }), 401)
  })

  test('an extension without its URN in schemas is taken, and then has it', async () => {
    const { createUser } = await oktaOrganization()
    const user = await createUser({ userName: 'ben', [enterpriseUserSchemaId]: { department: 'Sales' } })

    expect(user).toMatchObject({
      schemas: [coreUser, enterpriseUserSchemaId],
      [enterpriseUserSchemaId]: { department: 'Sales' },
    })
  })
})
