import { maxFilterBytes, maxFilterDepth } from '@rollcall/scim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal, refusalIn } from '../support/answers.ts'
import { exchange } from '../support/http.ts'
import { expectRefused } from '../support/refused.ts'
import { type TestOrganization, type TestServer, patchBody, startTestServer, userBody } from '../support/server.ts'

let server: TestServer
let organization: TestOrganization
beforeAll(async () => {
  server = await startTestServer()
  organization = await server.organization()
  await organization.createUser({ userName: 'ann', emails: [{ value: 'ann@example.com', type: 'work' }] })
})
afterAll(() => server.stop())

const scimPath = '/api/v2/scim'

describe('a query', () => {
  const filtered = (filter: string) => organization.raw({ path: `/Users?${new URLSearchParams({ filter })}` })

  test('may have a filter of 8 KiB, not of one byte more', async () => {
    const frame = 'userName eq ""'
    const filter = (bytes: number) => `userName eq "${'x'.repeat(bytes - frame.length)}"`

    expect(maxFilterBytes).toBe(8192)
    expect(await filtered(filter(maxFilterBytes))).toMatchObject({ status: 200 })
    expectRefusal(await filtered(filter(maxFilterBytes + 1)), 400, 'invalidFilter')
  })

  test('may be nested so deep, not deeper', async () => {
    const filter = (depth: number) => `${'('.repeat(depth)}userName pr${')'.repeat(depth)}`

    expectRefusal(await filtered(filter(maxFilterDepth + 1)), 400, 'invalidFilter')
    expectRefusal(await filtered(filter(4000)), 400, 'invalidFilter')
    expectRefusal(await filtered(`${'not('.repeat(1500)}userName pr${')'.repeat(1500)}`), 400, 'invalidFilter')
    expect(await filtered(filter(10))).toMatchObject({ status: 200 })
  })

  test.each(['\u0000', '\\u0000', '\\ud800', '\\', '\n', '\u001f'])(
    'with %j in the text of a filter is no fault',
    async (text) => {
      for (const attribute of ['userName', 'externalId', 'emails.value', 'displayName', 'id', 'meta.lastModified']) {
        expectRefusal(await filtered(`${attribute} eq "${text}"`), 400, 'invalidFilter')
      }
    },
  )

  test.each(['%zz', '%', '%f', 'userName%20eq%20%22%ff%22', '%00', '%c3%28'])(
    'with the broken encoding %s is refused',
    async (text) => {
      expectRefusal(await organization.raw({ path: `/Users?filter=${text}` }), 400, 'invalidFilter')
    },
  )

  test.each([
    'filter=userName%20pr',
    'count=1',
    'startIndex=1',
    'sortBy=userName',
    'sortOrder=ascending',
    'attributes=userName',
  ])('with %s twice is refused', async (parameter) => {
    expectRefusal(await organization.raw({ path: `/Users?${parameter}&${parameter}` }), 400, 'invalidValue')
  })

  test('with a parameter that SCIM does not know is read as without it', async () => {
    const plain = await organization.raw({ path: '/Users' })

    expect(await organization.raw({ path: '/Users?aadOptscim062020&x[]=1&x=2&=3&&&%zz=4' })).toMatchObject({
      status: 200,
      body: plain.body,
    })
  })
})

describe('a path', () => {
  test.each(['/%zz', '/Users/%', '/Users/%ff', '/Users/%c3%28', '/%E0%A4%A'])(
    'with the broken encoding %s is refused',
    async (path) => {
      expectRefusal(await organization.raw({ path }), 400, 'invalidSyntax')
      expectRefusal(await organization.raw({ method: 'DELETE', path }), 400, 'invalidSyntax')
    },
  )

  test('outside of SCIM with a broken encoding is refused in plain words', async () => {
    expect(await exchange(server.url, { path: '/%zz' })).toMatchObject({
      status: 400,
      body: { errors: ['the path is not well-formed: its percent-encoding is broken'] },
    })
  })

  test.each(['//Users', '/%55sers', '/Users/', '/User%73', '///Users//'])(
    '%s is that of /Users, with the same guard',
    async (path) => {
      expect(await organization.raw({ path })).toMatchObject({
        status: 200,
        body: (await organization.raw({ path: '/Users' })).body,
      })
      expectRefusal(await exchange(server.url, { path: `${scimPath}${path}` }), 401)
    },
  )

  test.each([
    '/ServiceProviderConfig/%2e%2e/Users',
    '/../scim/Users',
    '/./Users',
    '/Users%2f',
    '/Users;x=1',
    '/USERS',
    '/Users%00',
    '/Users/x/y',
  ])('%s leads nowhere, and to a stranger not even there', async (path) => {
    expectRefusal(await organization.raw({ path }), 404)
    expectRefusal(await exchange(server.url, { path: `${scimPath}${path}` }), 401)
  })

  test.each([
    ['digits', '00919288221112222'],
    ['a UUID in capitals', '01890A5D-AC96-774B-BCCE-B302099A8057'],
    ['a UUID in braces', '%7B01890a5d-ac96-774b-bcce-b302099a8057%7D'],
    ['a UUID without hyphens', '01890a5dac96774bbcceb302099a8057'],
    ['a UUID of nobody', '01890a5d-ac96-774b-bcce-b302099a8057'],
    ['101 characters', 'x'.repeat(101)],
    ['10 kB', 'x'.repeat(10_000)],
    ['letters of the world', '%C3%BC%E6%9D%8E%F0%9F%8E%89'],
    ['a NUL', '%00'],
    ['a path', '..%2f..%2fetc%2fpasswd'],
    ['SQL', '%27%20or%201%3D1--'],
    ['.search', '.search'],
  ])('with the id of nobody, %s, is 404 for every verb', async (_, id) => {
    const body = JSON.stringify(userBody({ userName: 'nobody' }))
    const patch = JSON.stringify(patchBody({ op: 'add', path: 'title', value: 'x' }))

    await expectRefused(organization, () => organization.raw({ path: `/Users/${id}` }), 404)
    await expectRefused(organization, () => organization.raw({ method: 'PUT', path: `/Users/${id}`, body }), 404)
    await expectRefused(
      organization,
      () => organization.raw({ method: 'PATCH', path: `/Users/${id}`, body: patch }),
      404,
    )
    await expectRefused(organization, () => organization.raw({ method: 'DELETE', path: `/Users/${id}` }), 404)
  })

  test('is not echoed at any length', async () => {
    expect(refusalIn(await organization.raw({ path: `/${'x'.repeat(10_000)}` })).detail.length).toBeLessThan(300)
    expect(refusalIn(await organization.raw({ path: `/Users/${'x'.repeat(10_000)}` })).detail.length).toBeLessThan(300)
  })
})

describe('methods and paths', () => {
  test.each([
    ['PUT', '/Users', 405, 'GET, HEAD, POST'],
    ['PATCH', '/Users', 405, 'GET, HEAD, POST'],
    ['DELETE', '/Users', 405, 'GET, HEAD, POST'],
    ['OPTIONS', '/Users', 405, 'GET, HEAD, POST'],
    ['POST', '/Users/x', 405, 'GET, HEAD, PUT, PATCH, DELETE'],
    ['OPTIONS', '/Users/x', 405, 'GET, HEAD, PUT, PATCH, DELETE'],
    ['DELETE', '/Schemas', 405, 'GET, HEAD'],
    ['POST', '/ServiceProviderConfig', 405, 'GET, HEAD'],
    ['GET', '/Nope', 404, null],
    ['GET', '', 404, null],
    ['GET', '/users', 404, null],
    ['GET', '/Me', 501, null],
    ['PATCH', '/Me', 501, null],
  ])('%s %s is answered with %i in the form of an error', async (method, path, status, allow) => {
    const { scim } = organization
    const reply = await scim(method, path)

    expectRefusal(reply, status)
    expect(reply.headers.get('allow')).toBe(allow)
  })

  test('HEAD answers as GET does, without the body', async () => {
    const { scim, createUser } = organization
    const { id } = await createUser({ userName: 'ben' })
    const [head, get] = [await scim('HEAD', `/Users/${id}`), await scim('GET', `/Users/${id}`)]

    expect(head).toMatchObject({ status: 200, body: undefined })
    for (const name of ['etag', 'location', 'content-type', 'content-length']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name))
    }
  })
})
