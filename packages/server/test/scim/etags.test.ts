import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal, userIn } from '../support/answers.ts'
import { type TestServer, patchBody, startTestServer, userBody } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const titled = (title: string) => patchBody({ op: 'replace', path: 'title', value: title })

/** A user at version 2. */
async function changedUser() {
  const organization = await server.organization()
  const { id } = await organization.createUser({ userName: 'ben' })
  await organization.scim('PATCH', `/Users/${id}`, titled('Lead'))
  return { ...organization, path: `/Users/${id}`, id }
}

describe('the version of a user (RFC 7644 §3.14)', () => {
  test('is one weak entity tag in meta.version and in ETag, and moves with each change', async () => {
    const { scim, path } = await changedUser()
    for (const version of ['W/"3"', 'W/"4"']) {
      const reply = await scim('PATCH', path, titled(version))

      expect(userIn(reply).meta.version).toBe(version)
      expect(reply.headers.get('etag')).toBe(version)
    }
  })
})

describe('If-None-Match', () => {
  test.each(['W/"2"', '"2"', 'W/"1", W/"2"', ' W/"1" ,"2"', '*', '"with, comma", W/"2"'])(
    '%s on the second version is answered with 304, its tag and no body',
    async (ifNoneMatch) => {
      const { scim, path } = await changedUser()
      const reply = await scim('GET', path, undefined, { 'if-none-match': ifNoneMatch })

      expect(reply).toMatchObject({ status: 304, body: undefined })
      expect(reply.headers.get('etag')).toBe('W/"2"')
    },
  )

  test.each(['W/"1"', 'W/"22"', '"1", "3"', '"2 "', '"with, comma"'])(
    '%s on the second version is answered with the user',
    async (ifNoneMatch) => {
      const { scim, path, id } = await changedUser()

      expect(await scim('GET', path, undefined, { 'if-none-match': ifNoneMatch })).toMatchObject({
        status: 200,
        body: { id },
      })
    },
  )

  test.each(['2', 'W/2', '"2', '""2""', '*, "2"', 'w/"2"', '"2", 3', ''])(
    '%j is no entity tag (400)',
    async (ifNoneMatch) => {
      const { scim, path } = await changedUser()

      expectRefusal(await scim('GET', path, undefined, { 'if-none-match': ifNoneMatch }), 400, 'invalidValue')
    },
  )
})

describe('If-Match', () => {
  const writes = [
    ['PUT', userBody({ userName: 'ben', title: 'Head' })],
    ['PATCH', titled('Head')],
    ['DELETE', undefined],
  ] as const

  describe.each(writes)('on %s', (method, body) => {
    test.each(['W/"1"', '"3"', 'W/"1", W/"3"', '"2 "'])(
      '%s is stale on the second version: 412, nothing changed',
      async (ifMatch) => {
        const { scim, path, readUser, id } = await changedUser()
        const before = await readUser(id)

        expectRefusal(await scim(method, path, body, { 'if-match': ifMatch }), 412)
        expect(await readUser(id)).toEqual(before)
      },
    )

    test.each(['W/"2"', '"2"', 'W/"1", W/"2"', '*'])(
      '%s lets the change of the second version through',
      async (ifMatch) => {
        const { scim, path } = await changedUser()

        expect((await scim(method, path, body, { 'if-match': ifMatch })).status).toBe(method === 'DELETE' ? 204 : 200)
      },
    )

    test('that is no entity tag is refused, nothing changed', async () => {
      const { scim, path, readUser, id } = await changedUser()
      const before = await readUser(id)
      for (const ifMatch of ['2', '"2', 'W/"2" "3"', 'W/"2", 3']) {
        expectRefusal(await scim(method, path, body, { 'if-match': ifMatch }), 400, 'invalidValue')
      }
      expect(await readUser(id)).toEqual(before)
    })

    test('of a user who is not there is 404', async () => {
      const { scim } = await server.organization()

      expectRefusal(await scim(method, '/Users/01890a5d-ac96-774b-bcce-b302099a8057', body, { 'if-match': '*' }), 404)
    })
  })

  test('is stale too when the change would change nothing', async () => {
    const { scim, path } = await changedUser()

    expectRefusal(await scim('PATCH', path, titled('Lead'), { 'if-match': 'W/"1"' }), 412)
  })
})

describe('twenty at once', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => index)
  const statuses = (replies: readonly { readonly status: number }[]) =>
    replies.map(({ status }) => status).sort((one, other) => one - other)

  test('PUT with the same If-Match: exactly one wins, the others get 412', async () => {
    const { scim, path, readUser, id } = await changedUser()
    const replies = await Promise.all(
      twenty.map((number) =>
        scim('PUT', path, userBody({ userName: 'ben', title: `Title ${number}` }), { 'if-match': 'W/"2"' }),
      ),
    )

    expect(statuses(replies)).toEqual([200, ...Array<number>(19).fill(412)])
    const winner = replies.find(({ status }) => status === 200)
    expect(await readUser(id)).toEqual(winner?.body)
  })

  test('PATCH different attributes without If-Match: all take effect, each with a version of its own', async () => {
    const { scim, path, readUser, id } = await changedUser()
    const emails = twenty.map((number) => ({ value: `${number}@example.com` }))
    const replies = await Promise.all(
      emails.map((email) => scim('PATCH', path, patchBody({ op: 'add', path: 'emails', value: [email] }))),
    )

    expect(statuses(replies)).toEqual(Array(20).fill(200))
    expect(new Set(replies.map((reply) => userIn(reply).meta.version)).size).toBe(20)
    expect(new Set(replies.map((reply) => userIn(reply).meta.lastModified)).size).toBe(20)
    const user = await readUser(id)
    expect(user.meta.version).toBe('W/"22"')
    expect(user['emails']).toHaveLength(20)
    expect(user['emails']).toEqual(expect.arrayContaining(emails))
  })

  test('create one userName: one is made, the others get 409', async () => {
    const { scim, listUsers } = await server.organization()
    const replies = await Promise.all(
      twenty.map((number) => scim('POST', '/Users', userBody({ userName: number % 2 === 0 ? 'Ben' : 'bEN' }))),
    )

    expect(statuses(replies)).toEqual([201, ...Array<number>(19).fill(409)])
    for (const reply of replies) if (reply.status === 409) expectRefusal(reply, 409, 'uniqueness')
    const { Resources, totalResults } = await listUsers()
    expect(totalResults).toBe(1)
    expect(Resources).toEqual([replies.find(({ status }) => status === 201)?.body])
  })

  test('rename to one userName: one has it, the others get 409 and keep theirs', async () => {
    const { scim, createUser, listUsers } = await server.organization()
    const users = await Promise.all(twenty.map((number) => createUser({ userName: `person${number}` })))
    const rename = patchBody({ op: 'replace', path: 'userName', value: 'Ben' })
    const replies = await Promise.all(users.map(({ id }) => scim('PATCH', `/Users/${id}`, rename)))

    expect(statuses(replies)).toEqual([200, ...Array<number>(19).fill(409)])
    expect(await listUsers({ filter: 'userName eq "ben"' })).toMatchObject({ totalResults: 1 })
    expect(await listUsers({ filter: 'userName sw "person"' })).toMatchObject({ totalResults: 19 })
  })

  test('delete one user: one is answered with 204, the others with 404, and the count is right', async () => {
    const { scim, path, listUsers } = await changedUser()
    const replies = await Promise.all(twenty.map(() => scim('DELETE', path)))

    expect(statuses(replies)).toEqual([204, ...Array<number>(19).fill(404)])
    expect(await listUsers()).toMatchObject({ totalResults: 0 })
  })
})
