import { enterpriseUserSchemaId } from '@rollcall/scim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal, userIn } from '../support/answers.ts'
import { type TestServer, coreUser, patchBody, startTestServer, userBody } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const complete = {
  userName: 'Ann.Lee@Example.com',
  externalId: '00u1aaaabbbbccccdddd',
  name: { formatted: 'Dr. Ann Lee', familyName: 'Lee', givenName: 'Ann', honorificPrefix: 'Dr.' },
  displayName: 'Ann Lee',
  nickName: 'Annie',
  profileUrl: 'https://example.com/ann',
  title: 'Engineer',
  userType: 'Employee',
  preferredLanguage: 'en',
  locale: 'en-US',
  timezone: 'Europe/Zurich',
  active: true,
  emails: [
    { value: 'ann@example.com', type: 'work', primary: true },
    { value: 'ann@home.example', type: 'home' },
  ],
  phoneNumbers: [{ value: '+41 44 000 00 00', type: 'work' }],
  addresses: [{ locality: 'Zürich', country: 'CH', type: 'work' }],
  roles: [{ value: 'reader' }],
}
const enterprise = { department: 'Sales', employeeNumber: '701984', manager: { value: 'm-1', displayName: 'Max' } }

describe('create (RFC 7644 §3.3)', () => {
  test('answers 201 with the whole user, its location and version', async () => {
    const { scim } = await server.organization()
    const body = { ...userBody(complete), [enterpriseUserSchemaId]: enterprise }
    const reply = await scim('POST', '/Users', body)
    const user = userIn(reply)

    expect(reply.status).toBe(201)
    expect(user).toEqual({
      ...complete,
      schemas: [coreUser, enterpriseUserSchemaId],
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      [enterpriseUserSchemaId]: enterprise,
      meta: {
        resourceType: 'User',
        created: user.meta.created,
        lastModified: user.meta.created,
        location: `${server.scimBaseUrl}/Users/${user.id}`,
        version: 'W/"1"',
      },
    })
    expect(reply.headers.get('location')).toBe(user.meta.location)
    expect(reply.headers.get('etag')).toBe(user.meta.version)
    expect(reply.headers.get('content-type')).toBe('application/scim+json; charset=utf-8')
  })

  test('makes an active user of a userName alone, and adds nothing to it', async () => {
    const { scim } = await server.organization()
    const user = userIn(await scim('POST', '/Users', userBody({ userName: 'ben' })))

    expect(Object.keys(user).sort()).toEqual(['active', 'id', 'meta', 'schemas', 'userName'])
    expect(user.active).toBe(true)
  })

  test('keeps a user inactive that is sent so', async () => {
    const { createUser } = await server.organization()
    expect(await createUser({ userName: 'ben', active: false })).toMatchObject({ active: false })
  })

  test('ignores an id, meta and groups of the client', async () => {
    const { createUser, readUser } = await server.organization()
    const meta = {
      created: '2001-01-01T00:00:00Z',
      location: 'https://evil.example',
      version: 'W/"99"',
      resourceType: 'X',
    }
    const user = await createUser({ userName: 'ben', id: 'x', meta, groups: [{ value: 'admins' }] })

    expect(user.id).not.toBe('x')
    expect(user.meta).toMatchObject({ resourceType: 'User', version: 'W/"1"' })
    expect(user.meta.location).toBe(`${server.scimBaseUrl}/Users/${user.id}`)
    expect(user.meta.created).not.toMatch(/^2001/)
    expect(user).not.toHaveProperty('groups')
    expect(await readUser(user.id)).toEqual(user)
  })

  test('does not take the id of another user, who stays as they are', async () => {
    const { createUser, readUser } = await server.organization()
    const first = await createUser({ userName: 'first' })
    const second = await createUser({ userName: 'second', id: first.id, externalId: first.id })

    expect(second.id).not.toBe(first.id)
    expect(await readUser(first.id)).toEqual(first)
  })

  test.each(['1', '0', 'null', 'me', '../1', '00u1'])(
    'takes the externalId %s as a text without a meaning',
    async (externalId) => {
      const { createUser } = await server.organization()
      const first = await createUser({ userName: 'first', externalId })
      const second = await createUser({ userName: 'second', externalId })

      expect(first).toMatchObject({ externalId })
      expect(second).toMatchObject({ externalId })
      expect(second.id).not.toBe(first.id)
    },
  )

  test('makes no externalId of its own', async () => {
    const { createUser } = await server.organization()
    expect(await createUser({ userName: 'ben' })).not.toHaveProperty('externalId')
  })

  test.each(['ben@example.com', 'BEN@EXAMPLE.COM', 'bEn@example.com', 'ｂｅｎ@example.com'])(
    'refuses %s when Ben@example.com is there (409 uniqueness)',
    async (userName) => {
      const { scim, createUser, listUsers } = await server.organization()
      await createUser({ userName: 'Ben@example.com' })

      expectRefusal(await scim('POST', '/Users', userBody({ userName })), 409, 'uniqueness')
      expect(await listUsers()).toMatchObject({ totalResults: 1 })
    },
  )

  test('takes a userName that another organization has', async () => {
    const [one, other] = [await server.organization(), await server.organization()]
    const theirs = await one.createUser({ userName: 'ben', displayName: 'Ben' })
    const ours = await other.createUser({ userName: 'ben', displayName: 'impostor' })

    expect(ours.id).not.toBe(theirs.id)
    expect(await one.readUser(theirs.id)).toEqual(theirs)
  })

  test('reads names in any case, members in any order, and nothing in null and []', async () => {
    const { scim } = await server.organization()
    const reply = await scim('POST', '/Users', { EMAILS: [], nickname: null, USERNAME: 'ben', Schemas: [coreUser] })

    expect(userIn(reply)).not.toHaveProperty('nickName')
    expect(userIn(reply)).not.toHaveProperty('emails')
    expect(userIn(reply).userName).toBe('ben')
  })

  test.each([
    ['no body', undefined, 'invalidSyntax'],
    ['no schemas', { userName: 'ben' }, 'invalidSyntax'],
    ['empty schemas', { schemas: [], userName: 'ben' }, 'invalidSyntax'],
    ['a schema nobody has', { schemas: ['urn:example:nope'], userName: 'ben' }, 'invalidSyntax'],
    ['no userName', userBody({}), 'invalidValue'],
    ['an empty userName', userBody({ userName: '' }), 'invalidValue'],
    ['a userName of 513 bytes', userBody({ userName: 'x'.repeat(513) }), 'invalidValue'],
    ['a userName that no account may have', userBody({ userName: '\u212aim' }), 'invalidValue'],
    ['active that is no boolean', userBody({ userName: 'ben', active: 'yes' }), 'invalidValue'],
    ['a number for a text', userBody({ userName: 'ben', displayName: 5 }), 'invalidValue'],
    [
      'a broken certificate',
      userBody({ userName: 'ben', x509Certificates: [{ value: 'not base64!' }] }),
      'invalidValue',
    ],
    [
      'two primary addresses',
      userBody({ userName: 'ben', emails: ['a', 'b'].map((value) => ({ value, primary: true })) }),
      'invalidValue',
    ],
  ])('refuses %s and makes nobody', async (_, body, scimType) => {
    const { scim, listUsers } = await server.organization()

    expectRefusal(await scim('POST', '/Users', body), 400, scimType)
    expect(await listUsers()).toMatchObject({ totalResults: 0 })
  })

  test.each(['application/scim+json', 'application/json', 'application/json; charset=UTF-8', 'text/json'])(
    'takes a body of %s with any letters, and answers in application/scim+json whatever is accepted',
    async (type) => {
      const { scim } = await server.organization()
      const headers = { 'content-type': type, accept: 'application/json' }
      const reply = await scim('POST', '/Users', userBody({ userName: 'ben', displayName: 'Žofie 李 🎉' }), headers)

      expect(userIn(reply)).toMatchObject({ displayName: 'Žofie 李 🎉' })
      expect(reply.headers.get('content-type')).toBe('application/scim+json; charset=utf-8')
    },
  )
})

describe('read (RFC 7644 §3.4.1)', () => {
  test('answers 200 with what the create answered, with the same headers', async () => {
    const { scim, createUser } = await server.organization()
    const created = await createUser(complete)
    const reply = await scim('GET', `/Users/${created.id}`)

    expect(reply).toMatchObject({ status: 200, body: created })
    expect(reply.headers.get('etag')).toBe('W/"1"')
    expect(reply.headers.get('location')).toBe(created.meta.location)
  })

  test('answers at meta.location', async () => {
    const { key, createUser } = await server.organization()
    const { meta, id } = await createUser({ userName: 'ben' })
    const response = await fetch(meta.location, { headers: { authorization: `Bearer ${key}` } })

    expect(await response.json()).toMatchObject({ id })
  })

  test('gives of attributes what is asked for, and always id and schemas', async () => {
    const { scim, createUser } = await server.organization()
    const { id } = await createUser(complete)
    const read = async (query: string) => (await scim('GET', `/Users/${id}?${query}`)).body

    expect(await read('attributes=userName')).toEqual({ schemas: [coreUser], id, userName: complete.userName })
    expect(await read('attributes=USERNAME,name.givenName')).toEqual({
      schemas: [coreUser],
      id,
      userName: complete.userName,
      name: { givenName: 'Ann' },
    })
    expect(await read('excludedAttributes=id,emails')).toMatchObject({ id, displayName: 'Ann Lee' })
    expect(await read('excludedAttributes=id,emails')).not.toHaveProperty('emails')
  })

  test('gives the same choice in the answers to POST, PUT and PATCH', async () => {
    const { scim } = await server.organization()
    const created = await scim(
      'POST',
      '/Users?attributes=displayName',
      userBody({ userName: 'ben', displayName: 'Ben' }),
    )
    const { id } = created.body as { id: string }
    const chosen = { schemas: [coreUser], id, displayName: 'Ben' }

    const put = userBody({ userName: 'ben', displayName: 'Ben', title: 'Lead' })
    const patch = patchBody({ op: 'replace', path: 'title', value: 'Head' })
    expect(created.body).toEqual(chosen)
    expect((await scim('PUT', `/Users/${id}?attributes=displayName`, put)).body).toEqual(chosen)
    expect((await scim('PATCH', `/Users/${id}?attributes=displayName`, patch)).body).toEqual(chosen)
  })
})

describe('replace (RFC 7644 §3.5.1)', () => {
  test('answers 200 with the whole resource, cleared of what the body leaves out', async () => {
    const { scim, createUser, readUser } = await server.organization()
    const before = await createUser(complete)
    const reply = await scim('PUT', `/Users/${before.id}`, userBody({ userName: 'ann@example.com', title: 'Lead' }))
    const after = userIn(reply)

    expect(after).toEqual({
      schemas: [coreUser],
      id: before.id,
      userName: 'ann@example.com',
      active: true,
      title: 'Lead',
      meta: { ...before.meta, version: 'W/"2"', lastModified: after.meta.lastModified },
    })
    expect(after.meta.lastModified > before.meta.lastModified).toBe(true)
    expect(reply.headers.get('etag')).toBe('W/"2"')
    expect(await readUser(before.id)).toEqual(after)
  })

  test('ignores another id, meta and groups', async () => {
    const { scim, createUser } = await server.organization()
    const before = await createUser({ userName: 'ben' })
    const body = { ...before, id: 'x', meta: { version: 'W/"77"', created: 'x' }, groups: [{ value: 'admins' }] }

    expect(userIn(await scim('PUT', `/Users/${before.id}`, body))).toEqual(before)
  })

  test('keeps active when the body leaves it out', async () => {
    const { scim, createUser } = await server.organization()
    const { id } = await createUser({ userName: 'ben', active: false })

    const after = userIn(await scim('PUT', `/Users/${id}`, userBody({ userName: 'ben', title: 'Lead' })))
    expect(after).toMatchObject({ active: false, title: 'Lead' })
  })

  test('changes neither version nor lastModified when it changes nothing', async () => {
    const { scim, createUser } = await server.organization()
    const before = await createUser(complete)
    const { meta: _, ...body } = before

    expect(userIn(await scim('PUT', `/Users/${before.id}`, body))).toEqual(before)
    expect(userIn(await scim('PUT', `/Users/${before.id}`, before))).toEqual(before)
  })

  test("refuses another user's name in any case, and leaves both as they were", async () => {
    const { scim, createUser, readUser } = await server.organization()
    const [ann, ben] = [await createUser({ userName: 'ann' }), await createUser({ userName: 'ben' })]

    expectRefusal(await scim('PUT', `/Users/${ben.id}`, userBody({ userName: 'ANN' })), 409, 'uniqueness')
    expect(await readUser(ben.id)).toEqual(ben)
    expect(await readUser(ann.id)).toEqual(ann)
  })

  test('takes a new spelling of the own name', async () => {
    const { scim, createUser } = await server.organization()
    const { id } = await createUser({ userName: 'ben' })

    expect(userIn(await scim('PUT', `/Users/${id}`, userBody({ userName: 'Ben' })))).toMatchObject({ userName: 'Ben' })
  })

  test('never creates', async () => {
    const { scim, listUsers } = await server.organization()
    const unknown = '01890a5d-ac96-774b-bcce-b302099a8057'

    expectRefusal(await scim('PUT', `/Users/${unknown}`, userBody({ userName: 'ben' })), 404)
    expect(await listUsers()).toMatchObject({ totalResults: 0 })
  })

  test('drops a name.formatted that came back unchanged next to a new name', async () => {
    const { scim, createUser } = await server.organization()
    const before = await createUser({
      userName: 'ann',
      name: { formatted: 'Ann Lee', familyName: 'Lee', givenName: 'Ann' },
    })
    const married = { ...before, name: { formatted: 'Ann Lee', familyName: 'Moss', givenName: 'Ann' } }
    const renamed = { ...before, name: { formatted: 'Ann M. Moss', familyName: 'Moss', givenName: 'Ann' } }

    expect(userIn(await scim('PUT', `/Users/${before.id}`, married)).name).toEqual({
      familyName: 'Moss',
      givenName: 'Ann',
    })
    expect(userIn(await scim('PUT', `/Users/${before.id}`, renamed)).name).toEqual(renamed.name)
  })

  test('refuses a body that is no user, and changes nothing', async () => {
    const { scim, createUser, readUser } = await server.organization()
    const before = await createUser(complete)
    for (const body of [undefined, [], 'null', userBody({}), { userName: 'ann' }]) {
      expect(await scim('PUT', `/Users/${before.id}`, body)).toMatchObject({ status: 400 })
    }
    expect(await readUser(before.id)).toEqual(before)
  })
})

describe('patch (RFC 7644 §3.5.2)', () => {
  test('answers 200 with the whole resource', async () => {
    const { scim, createUser, readUser } = await server.organization()
    const before = await createUser(complete)
    const reply = await scim('PATCH', `/Users/${before.id}`, patchBody({ op: 'replace', path: 'title', value: 'Lead' }))
    const after = userIn(reply)

    expect(reply.status).toBe(200)
    expect(after).toEqual({
      ...before,
      title: 'Lead',
      meta: { ...before.meta, version: 'W/"2"', lastModified: after.meta.lastModified },
    })
    expect(after.meta.lastModified > before.meta.lastModified).toBe(true)
    expect(await readUser(before.id)).toEqual(after)
  })

  test('is all or nothing', async () => {
    const { scim, createUser, readUser } = await server.organization()
    const before = await createUser(complete)
    const good = { op: 'replace', path: 'title', value: 'Lead' }

    const bad = { op: 'replace', path: 'emails[type eq "nope"].value', value: 'x' }
    expectRefusal(await scim('PATCH', `/Users/${before.id}`, patchBody(good, bad)), 400, 'noTarget')
    expect(await readUser(before.id)).toEqual(before)
  })

  test('changes neither version nor lastModified when it changes nothing', async () => {
    const { scim, createUser } = await server.organization()
    const before = await createUser(complete)
    const operations = [
      { op: 'add', path: 'emails', value: [complete.emails[0]] },
      { op: 'replace', path: 'title', value: 'Engineer' },
      { op: 'replace', value: { active: true, id: before.id } },
      { op: 'remove', path: 'userType' },
      { op: 'add', path: 'userType', value: 'Employee' },
    ]

    expect(userIn(await scim('PATCH', `/Users/${before.id}`, patchBody(...operations)))).toEqual(before)
  })

  test.each([
    ['replace', 'id', 'x'],
    ['add', 'meta.created', '2001-01-01T00:00:00Z'],
    ['replace', 'groups', [{ value: 'admins' }]],
    ['remove', 'groups', undefined],
    ['remove', 'userName', undefined],
  ])('refuses to %s %s (400 mutability)', async (op, path, value) => {
    const { scim, createUser, readUser } = await server.organization()
    const before = await createUser({ userName: 'ben' })

    expectRefusal(await scim('PATCH', `/Users/${before.id}`, patchBody({ op, path, value })), 400, 'mutability')
    expect(await readUser(before.id)).toEqual(before)
  })

  test("refuses another user's name", async () => {
    const { scim, createUser, readUser } = await server.organization()
    await createUser({ userName: 'ann' })
    const ben = await createUser({ userName: 'ben' })
    const rename = patchBody({ op: 'replace', path: 'userName', value: 'Ann' })

    expectRefusal(await scim('PATCH', `/Users/${ben.id}`, rename), 409, 'uniqueness')
    expect(await readUser(ben.id)).toEqual(ben)
  })

  test('drops a name.formatted that no longer tells the name', async () => {
    const { scim, createUser } = await server.organization()
    const { id } = await createUser({ userName: 'ann', name: { formatted: 'Ann Lee', familyName: 'Lee' } })
    const rename = patchBody({ op: 'replace', path: 'name.familyName', value: 'Moss' })

    expect(userIn(await scim('PATCH', `/Users/${id}`, rename)).name).toEqual({ familyName: 'Moss' })
  })
})
