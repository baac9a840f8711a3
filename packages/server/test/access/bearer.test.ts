import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newToken } from '../../src/access/token.ts'
import { type Reply, expectRefusal } from '../support/answers.ts'
import { exchange } from '../support/http.ts'
import { type TestServer, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

describe('the Authorization header', () => {
  const answer = async (authorization: string | undefined, path = '/api/v2/scim/Users'): Promise<Reply> =>
    await exchange(server.url, { path, headers: authorization === undefined ? {} : { authorization } })

  test.each(['Bearer KEY', 'bearer KEY', 'BEARER KEY', 'bEaReR KEY', 'Bearer  KEY', 'KEY'])(
    'opens as %s',
    async (form) => {
      const { key } = await server.organization()

      expect(await answer(form.replace('KEY', key))).toMatchObject({ status: 200 })
    },
  )

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer undefined',
    'Bearer null',
    'Bearer [object Object]',
    'non-token',
    'Basic KEY',
    'Token KEY',
    'Bearer KEY KEY',
    'Bearer KEY,',
    'Bearer "KEY"',
    'Bearer Bearer KEY',
    'BearerKEY',
    'Bearer\tKEY',
    'Bearer KEYx',
    'KEY KEY',
  ])('does not open as %j', async (form) => {
    const { key } = await server.organization()
    const reply = await answer(form.replaceAll('KEY', key))

    expectRefusal(reply, 401)
    expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="SCIM"')
  })

  test('does not open with the key as the password of Basic', async () => {
    const { key } = await server.organization()
    for (const pair of [`:${key}`, `${key}:`, `user:${key}`]) {
      expectRefusal(await answer(`Basic ${Buffer.from(pair).toString('base64')}`), 401)
    }
  })

  test('does not open with a secret of another kind, or one that nobody was given', async () => {
    const setup = new URL(server.first.setupUrl).pathname.split('/').at(-1) ?? ''
    const strangers = [server.operatorToken, setup, newToken('svc').secret, newToken('usr').secret]
    for (const secret of strangers) {
      expect(secret).toMatch(/^rollcall_/)
      expectRefusal(await answer(`Bearer ${secret}`), 401)
    }
  })

  test('does not open with a key whose checksum is broken', async () => {
    const { key } = await server.organization()
    for (const wrong of [`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`, key.slice(0, -7), key.toUpperCase()]) {
      expectRefusal(await answer(`Bearer ${wrong}`), 401)
    }
  })

  test('is the only place for a key: none in a query, a cookie, another header or a body', async () => {
    const { key } = await server.organization()
    for (const name of ['access_token', 'authorization', 'token', 'key', 'api_key']) {
      expectRefusal(await answer(undefined, `/api/v2/scim/Users?${name}=${key}`), 401)
    }
    for (const name of ['cookie', 'x-api-key', 'proxy-authorization', 'x-authorization']) {
      const headers = { [name]: name === 'cookie' ? `access_token=${key}` : `Bearer ${key}` }
      expectRefusal(await exchange(server.url, { path: '/api/v2/scim/Users', headers }), 401)
    }
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = `access_token=${key}`
    expectRefusal(await exchange(server.url, { method: 'POST', path: '/api/v2/scim/Users', headers: form, body }), 401)
  })

  test('is not made better by headers that name an organization or a user', async () => {
    const [one, other] = [await server.organization(), await server.organization()]
    await other.createUser({ userName: 'ann' })
    const claims = { 'x-org-id': other.id, 'x-organization': other.id, 'x-forwarded-user': 'admin', 'dd-org': other.id }

    expect((await one.scim('GET', `/Users?org_id=${other.id}`, undefined, claims)).body).toMatchObject({
      totalResults: 0,
    })
  })
})
