import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal, userIn } from '../support/answers.ts'
import { allRows } from '../support/rows.ts'
import { type TestServer, coreUser, patchBody, startTestServer, userBody } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

describe('deactivation', () => {
  const put = (body: Record<string, unknown>) => ['PUT', userBody({ userName: 'ben', ...body })] as const
  const patch = (operation: unknown) => ['PATCH', patchBody(operation)] as const

  test.each([
    ['a PUT with false', put({ active: false })],
    ['a PUT with "False"', put({ active: 'False' })],
    ['a PATCH at active with false', patch({ op: 'replace', path: 'active', value: false })],
    ['a PATCH at active with "False"', patch({ op: 'Replace', path: 'active', value: 'False' })],
    ['a PATCH at the whole name of active', patch({ op: 'replace', path: `${coreUser}:active`, value: false })],
    ['a PATCH without path', patch({ op: 'replace', value: { active: false } })],
    ['a PATCH without path that adds "false"', patch({ op: 'add', value: { ACTIVE: 'false' } })],
  ])('is done by %s, and undone with the same id and attributes', async (_, [method, body]) => {
    const { scim, createUser, readUser, listUsers } = await server.organization()
    const before = await createUser({ userName: 'ben' })

    expect(userIn(await scim(method, `/Users/${before.id}`, body))).toMatchObject({ id: before.id, active: false })
    expect(await readUser(before.id)).toMatchObject({ active: false })
    expect((await listUsers({ filter: 'active eq false' })).Resources).toMatchObject([{ id: before.id }])

    await scim('PATCH', `/Users/${before.id}`, patchBody({ op: 'replace', value: { active: true } }))
    const after = await readUser(before.id)
    expect(after).toEqual({ ...before, meta: { ...after.meta, created: before.meta.created, version: 'W/"3"' } })
  })

  test('is not done by a value that is no boolean', async () => {
    const { scim, createUser, readUser } = await server.organization()
    const before = await createUser({ userName: 'ben' })
    const maybe = patchBody({ op: 'replace', path: 'active', value: 'maybe' })

    expectRefusal(await scim('PATCH', `/Users/${before.id}`, maybe), 400, 'invalidValue')
    expect(await readUser(before.id)).toEqual(before)
  })
})

describe('delete (RFC 7644 §3.6)', () => {
  test('answers 204 without a body; after that the user is nowhere', async () => {
    const { scim, createUser, listUsers } = await server.organization()
    const { id } = await createUser({ userName: 'ben', emails: [{ value: 'ben@example.com' }] })

    expect(await scim('DELETE', `/Users/${id}`)).toMatchObject({ status: 204, body: undefined })
    expectRefusal(await scim('GET', `/Users/${id}`), 404)
    expectRefusal(await scim('PUT', `/Users/${id}`, userBody({ userName: 'ben' })), 404)
    expectRefusal(await scim('PATCH', `/Users/${id}`, patchBody({ op: 'remove', path: 'title' })), 404)
    expectRefusal(await scim('DELETE', `/Users/${id}`), 404)
    for (const filter of [
      'userName eq "ben"',
      `id eq "${id}"`,
      'emails.value eq "ben@example.com"',
      'active eq true',
    ]) {
      expect(await listUsers({ filter })).toMatchObject({ totalResults: 0 })
    }
    expect(await listUsers()).toMatchObject({ totalResults: 0 })
  })

  test('frees the userName for somebody with a new id', async () => {
    const { scim, createUser } = await server.organization()
    const first = await createUser({ userName: 'ben', title: 'Lead' })
    await scim('DELETE', `/Users/${first.id}`)
    const second = await createUser({ userName: 'ben' })

    expect(second.id).not.toBe(first.id)
    expect(second).not.toHaveProperty('title')
    expectRefusal(await scim('GET', `/Users/${first.id}`), 404)
  })
})

describe('a password', () => {
  test('is accepted, thrown away and found nowhere: no answer, no row, no line of the log', async () => {
    const { scim, createUser, listUsers } = await server.organization()
    const password = 'correct-horse-battery-staple'
    const { id } = await createUser({ userName: 'ben', password })
    const answers = [
      await scim('PUT', `/Users/${id}`, userBody({ userName: 'ben', title: 'Lead', password })),
      await scim('PATCH', `/Users/${id}`, patchBody({ op: 'replace', value: { password } })),
      await scim('PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'password', value: password })),
      await scim('PATCH', `/Users/${id}`, patchBody({ op: 'replace', path: 'active', value: password })),
      await scim('GET', `/Users/${id}`),
      await scim('GET', `/Users/${id}?attributes=password`),
    ]

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 400, 200, expect.any(Number)])
    expect(JSON.stringify([...answers.map(({ body }) => body), await listUsers()])).not.toContain(password)
    expect(JSON.stringify([...(await allRows(server.store))])).not.toContain(password)
    expect(server.log.join('')).not.toContain(password)
  })

  test('is no attribute of the schema, and nothing to filter or sort by', async () => {
    const { scim } = await server.organization()

    expect(JSON.stringify((await scim('GET', '/Schemas')).body)).not.toContain('password')
    expectRefusal(await scim('GET', '/Users?filter=password%20eq%20%22x%22'), 400, 'invalidFilter')
    expectRefusal(await scim('GET', '/Users?sortBy=password'), 400, 'invalidValue')
  })
})
