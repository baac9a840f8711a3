import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectRefusal } from '../support/answers.ts'
import { type TestServer, startTestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

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
    const { scim } = await server.organization()
    const reply = await scim(method, path)

    expectRefusal(reply, status)
    expect(reply.headers.get('allow')).toBe(allow)
  })

  test('HEAD answers as GET does, without the body', async () => {
    const { scim, createUser } = await server.organization()
    const { id } = await createUser({ userName: 'ben' })
    const [head, get] = [await scim('HEAD', `/Users/${id}`), await scim('GET', `/Users/${id}`)]

    expect(head).toMatchObject({ status: 200, body: undefined })
    for (const name of ['etag', 'location', 'content-type', 'content-length']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name))
    }
  })
})
