import { maxOperations } from '@rollcall/scim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type User, expectRefusal, userIn } from '../support/answers.ts'
import { everybody, expectRefused, faultsOf } from '../support/refused.ts'
import {
  type TestOrganization,
  type TestServer,
  coreUser,
  patchBody,
  patchOp,
  startTestServer,
  userBody,
} from '../support/server.ts'

let server: TestServer
let organization: TestOrganization
let ann: User
beforeAll(async () => {
  server = await startTestServer()
  organization = await server.organization()
  ann = await organization.createUser({ userName: 'ann', emails: [{ value: 'ann@example.com', type: 'work' }] })
})
afterAll(() => server.stop())

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  organization.raw({ method: 'POST', path: '/Users', body, headers })

describe('a body', () => {
  const nested = (depth: number) =>
    `{"schemas":["${coreUser}"],"userName":"deep","x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

  test.each([
    ['with its length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('of more than 1 MiB is refused, sent %s', async (_, headers) => {
    const body = JSON.stringify(userBody({ userName: 'big', displayName: 'x'.repeat(1024 * 1024) }))
    await expectRefused(organization, () => post(body, headers), 413)
  })

  test('of just 1 MiB is read', async () => {
    const frame = JSON.stringify(userBody({ userName: 'wide', x: '' }))
    const body = JSON.stringify(userBody({ userName: 'wide', x: 'x'.repeat(1024 * 1024 - frame.length) }))

    expect(Buffer.byteLength(body)).toBe(1024 * 1024)
    expect(await post(body)).toMatchObject({ status: 201 })
  })

  test('is read down to a depth of 32, and refused below, before anything walks through it', async () => {
    await expectRefused(organization, () => post(nested(33)), 400, 'invalidSyntax')
    await expectRefused(organization, () => post('['.repeat(1_000_000)), 400, 'invalidSyntax')
    await expectRefused(organization, () => post('{"a":'.repeat(200_000)), 400, 'invalidSyntax')
    expect(await post(nested(32))).toMatchObject({ status: 201 })
  })

  test('that would make a person larger than a body can be is refused', async () => {
    const { id } = await organization.createUser({ userName: 'grower' })
    const photos = (name: string) =>
      Array.from({ length: 80 }, (_, index) => ({ value: `https://example.com/${name}${index}/${'x'.repeat(8000)}` }))
    const add = (name: string) =>
      organization.scim('PATCH', `/Users/${id}`, patchBody({ op: 'add', path: 'photos', value: photos(name) }))

    expect(await add('a')).toMatchObject({ status: 200 })
    await expectRefused(organization, () => add('b'), 400, 'invalidValue')
  })

  test('may have any number of brackets in a text', async () => {
    const user = await organization.createUser({ userName: 'brackets', displayName: `\\"${'['.repeat(100)}` })

    expect(user['displayName']).toBe(`\\"${'['.repeat(100)}`)
  })

  test.each([
    '',
    ' ',
    '{',
    '{"schemas":}',
    "{'a':1}",
    'nope',
    'NaN',
    '{"a":1}}',
    '[1,]',
    'null',
    '42',
    '"text"',
    '[]',
    '{}',
  ])('that is %j is refused', async (body) => {
    await expectRefused(organization, () => post(body), 400, 'invalidSyntax')
  })

  test('that is not UTF-8 is refused, with whatever charset', async () => {
    const latin1 = Buffer.from(JSON.stringify(userBody({ userName: 'zoë' })), 'latin1')
    const utf16 = Buffer.from(JSON.stringify(userBody({ userName: 'zoe' })), 'utf16le')

    await expectRefused(organization, () => post(latin1), 400, 'invalidSyntax')
    await expectRefused(organization, () => post(utf16), 400, 'invalidSyntax')
    await expectRefused(
      organization,
      () => post(latin1, { 'content-type': `application/scim+json; charset=latin1` }),
      415,
    )
    await expectRefused(
      organization,
      () => post(utf16, { 'content-type': `application/scim+json; charset="utf-16"` }),
      415,
    )
    await expectRefused(organization, () => post(Buffer.from([0x7b, 0xff, 0x7d])), 400, 'invalidSyntax')
  })

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
    '*/*',
  ])('of type %s is refused', async (type) => {
    await expectRefused(
      organization,
      () => post(JSON.stringify(userBody({ userName: 'typed' })), { 'content-type': type }),
      415,
    )
  })

  test('that is compressed is refused: the server reads no encodings', async () => {
    await expectRefused(
      organization,
      () => post(Buffer.from([0x1f, 0x8b, 8, 0]), { 'content-encoding': 'gzip' }),
      400,
      'invalidSyntax',
    )
  })

  test.each(['\\u0000', 'a\\u0000b', '\\ud800', '\\udc00x', 'x\\ud800\\ud800'])(
    'with %s in a text is refused',
    async (text) => {
      for (const member of ['userName', 'externalId', 'displayName', 'profileUrl']) {
        const body = `{"schemas":["${coreUser}"],"userName":"odd","${member}X":"${text}","${member.toUpperCase()}":"${text}"}`
        await expectRefused(
          organization,
          () => post(member === 'userName' ? body.replace('"userName":"odd",', '') : body),
          400,
          'invalidValue',
        )
      }
      const value = `{"schemas":["${patchOp}"],"Operations":[{"op":"add","path":"emails","value":[{"value":"${text}"}]}]}`
      await expectRefused(
        organization,
        () => organization.raw({ method: 'PATCH', path: `/Users/${ann.id}`, body: value }),
        400,
        'invalidValue',
      )
      const path = `{"schemas":["${patchOp}"],"Operations":[{"op":"remove","path":"emails[value eq \\"${text}\\"]"}]}`
      const patched = await organization.raw({ method: 'PATCH', path: `/Users/${ann.id}`, body: path })
      expect(patched.status).toBe(400)
    },
  )

  test('with a userName of more than 512 bytes is refused, of just 512 it is taken', async () => {
    await expectRefused(
      organization,
      () => organization.scim('POST', '/Users', userBody({ userName: 'ü'.repeat(257) })),
      400,
      'invalidValue',
    )
    expect(await organization.createUser({ userName: 'ü'.repeat(256) })).toMatchObject({ active: true })
  })

  test('with one member twice in different spellings is refused', async () => {
    await expectRefused(
      organization,
      () => post(`{"schemas":["${coreUser}"],"userName":"one","USERNAME":"two"}`),
      400,
      'invalidSyntax',
    )
  })

  test('with more than 1,000 operations is refused', async () => {
    const operations = Array.from({ length: maxOperations + 1 }, () => ({ op: 'add', path: 'title', value: 'x' }))

    expect(maxOperations).toBe(1000)
    await expectRefused(
      organization,
      () => organization.scim('PATCH', `/Users/${ann.id}`, patchBody(...operations)),
      400,
      'invalidSyntax',
    )
  })
})

describe('a name of JavaScript', () => {
  test('in a body is an attribute that nobody has', async () => {
    const odd =
      '"__proto__":{"polluted":true,"active":false},"constructor":{"prototype":{"polluted":true}},"toString":"x"'
    const user = userIn(
      await post(`{"schemas":["${coreUser}"],"userName":"proto","name":{"givenName":"P",${odd}},${odd}}`),
    )

    expect(user).toEqual({
      schemas: [coreUser],
      id: user.id,
      userName: 'proto',
      name: { givenName: 'P' },
      active: true,
      meta: user.meta,
    })
    expect(Object.hasOwn(user, '__proto__')).toBe(false)
  })

  test.each([
    '__proto__',
    '__proto__.polluted',
    'constructor',
    'constructor.prototype.polluted',
    'toString',
    'name.__proto__',
    'name.constructor',
    'hasOwnProperty',
    'emails[__proto__ eq "x"].value',
    'emails[type eq "work"].__proto__',
    `${coreUser}:__proto__`,
  ])('as the path %s of a PATCH is refused', async (path) => {
    for (const op of ['add', 'replace', 'remove']) {
      const send = () =>
        organization.scim('PATCH', `/Users/${ann.id}`, patchBody({ op, path, value: { polluted: true } }))
      const before = await everybody(organization)
      expect(await send()).toMatchObject({ status: 400 })
      expect(await everybody(organization)).toBe(before)
    }
  })

  test('in the value of a PATCH without path is ignored', async () => {
    const value =
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"__proto__.polluted":true}'
    const body = `{"schemas":["${patchOp}"],"Operations":[{"op":"add","value":${value}}],"__proto__":{"polluted":true}}`

    expect(await organization.raw({ method: 'PATCH', path: `/Users/${ann.id}`, body })).toMatchObject({
      status: 200,
      body: ann,
    })
  })

  test.each(['filter=__proto__%20pr', 'filter=name.constructor%20pr', 'sortBy=__proto__', 'attributes=constructor'])(
    'as %s is refused',
    async (query) => {
      expect(await organization.raw({ path: `/Users?${query}` })).toMatchObject({ status: 400 })
    },
  )

  test('as a parameter, an id or a schema is nothing', async () => {
    expect(await organization.raw({ path: '/Users?__proto__=1&constructor=2&hasOwnProperty=3' })).toMatchObject({
      status: 200,
    })
    expectRefusal(await organization.raw({ path: '/Users/__proto__' }), 404)
    expectRefusal(await organization.raw({ path: '/Schemas/__proto__' }), 404)
    expectRefusal(await organization.raw({ path: '/ResourceTypes/constructor' }), 404)
  })

  test('has changed no object of the server', () => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect('polluted' in {}).toBe(false)
    expect(faultsOf(server)).toEqual([])
  })
})

describe('a request', () => {
  test('may have 60 kB of headers, not 70', async () => {
    expect(await organization.raw({ path: '/Users', headers: { 'x-long': 'x'.repeat(60_000) } })).toMatchObject({
      status: 200,
    })
    expect(await organization.raw({ path: '/Users', headers: { 'x-long': 'x'.repeat(70_000) } })).toMatchObject({
      status: 431,
    })
  })

  test.each(['OPTIONS', 'TRACE', 'PROPFIND'])('of method %s does nothing and echoes nothing', async (method) => {
    for (const path of ['/Users', `/Users/${ann.id}`, '/Schemas']) {
      const reply = await organization.raw({ method, path, headers: { 'x-secret': 'echo' } })

      expect([404, 405]).toContain(reply.status)
      expect(reply.text).not.toContain('echo')
      expectRefusal(reply, reply.status)
    }
  })
})
