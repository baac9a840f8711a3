import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type User, expectRefusal } from '../support/answers.ts'
import { exchange } from '../support/http.ts'
import { everybody } from '../support/refused.ts'
import { allPaths } from '../support/routes.ts'
import { type TestOrganization, type TestServer, startTestServer } from '../support/server.ts'

let server: TestServer
let organization: TestOrganization
let ann: User
beforeAll(async () => {
  server = await startTestServer()
  organization = await server.organization()
  ann = await organization.createUser({ userName: 'ann', emails: [{ value: 'ann@example.com', type: 'work' }] })
})
afterAll(() => server.stop())

const scimPath = '/api/v2/scim'

describe('without a good credential', () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND']
  // Whoever has the secret link of a new organization sees its name, and no more.
  const open = ['/setup/x']

  test('every route is 401 for every method, whatever is sent', async () => {
    const paths = (await allPaths(server.store)).filter((path) => !open.includes(path))
    const before = await everybody(organization)

    expect(paths).toContain(`${scimPath}/Users/x`)
    for (const path of [
      ...paths,
      `${scimPath}/Nope`,
      `${scimPath}/Bulk`,
      `${scimPath}/Users/${ann.id}`,
      '/api/operator/v1/nope',
    ]) {
      for (const method of methods) {
        for (const authorization of [undefined, 'Bearer wrong', `Bearer ${organization.key.slice(0, -1)}`]) {
          const headers = { ...(authorization !== undefined && { authorization }), 'content-type': 'text/odd' }
          const body = method === 'GET' || method === 'HEAD' || method === 'TRACE' ? undefined : '{"broken'
          const reply = await exchange(server.url, { method, path, headers, ...(body !== undefined && { body }) })

          expect(`${method} ${path} ${reply.status}`).toBe(`${method} ${path} 401`)
          expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer realm="\w+"$/)
          if (method !== 'HEAD' && path.startsWith(scimPath)) expectRefusal(reply, 401)
        }
      }
    }
    expect(await everybody(organization)).toBe(before)
  })

  test('the only door that stands open is the page of a set-up link', async () => {
    const outside = (await allPaths(server.store)).filter((path) => !/^\/api\/(v2\/scim|operator\/v1)(\/|$)/.test(path))

    expect(outside).toEqual(open)
  })
})
