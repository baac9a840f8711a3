import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Reply, type User, refusalIn } from '../support/answers.ts'
import { everybody, faultsOf } from '../support/refused.ts'
import { type TestOrganization, type TestServer, coreUser, patchOp, startTestServer } from '../support/server.ts'

let server: TestServer
let organization: TestOrganization
let ann: User
beforeAll(async () => {
  server = await startTestServer()
  organization = await server.organization()
  ann = await organization.createUser({ userName: 'ann', emails: [{ value: 'ann@example.com', type: 'work' }] })
})
afterAll(() => server.stop())

describe('whatever is sent', () => {
  const wellFormed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\u0000', '__proto__', 'ann', 'True', "'; drop table users; --"),
  )
  const text = fc.oneof(wellFormed, fc.constantFrom('\ud800', 'x\udc00'))
  const attribute = fc.constantFrom(
    'userName',
    'USERNAME',
    'name',
    'emails',
    'active',
    'externalId',
    'id',
    'meta',
    'groups',
    'title',
    '__proto__',
    'password',
  )
  const json = fc.oneof(fc.jsonValue({ maxDepth: 3 }), text)
  const path = fc.oneof(
    text,
    attribute,
    fc.constantFrom(
      'name.givenName',
      'emails[type eq "work"].value',
      'emails[',
      'emails[value pr]',
      `${coreUser}:title`,
    ),
  )
  const operation = fc.record(
    { op: fc.oneof(fc.constantFrom('add', 'Replace', 'remove'), json), path, value: json },
    { requiredKeys: [] },
  )
  const attributes = fc.dictionary(fc.oneof(attribute, text), json, { maxKeys: 5 })
  const user = fc
    .tuple(attributes, fc.constantFrom(coreUser, 'x'))
    .map(([rest, urn]) => ({ userName: 'fuzz', ...rest, schemas: [urn] }))
  const patch = fc.record({
    schemas: fc.constant([patchOp]),
    Operations: fc.array(fc.oneof(operation, json), { maxLength: 4 }),
  })
  const body = fc.oneof(json, user, patch)

  const printable = fc.string({
    unit: fc.constantFrom(...Array.from('abzUsers019%/?&=[]()".,:;-_~!$\'*+@|{}\\^`<>#')),
    maxLength: 40,
  })
  const parameter = fc.constantFrom(
    'filter',
    'attributes',
    'excludedAttributes',
    'sortBy',
    'sortOrder',
    'startIndex',
    'count',
    'x',
  )
  const value = fc.oneof(
    printable,
    wellFormed.map(encodeURIComponent),
    fc.integer().map(String),
    fc.constantFrom(
      'userName%20eq%20%22ann%22',
      'not%20(active%20pr)',
      'emails%5Btype%20eq%20%22work%22%5D',
      'title%20gt%20%22%5Cud800%22',
    ),
  )
  const query = fc
    .array(fc.tuple(parameter, value), { maxLength: 3 })
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'))

  let now: string
  async function sound(send: () => Promise<Reply>): Promise<void> {
    now ??= await everybody(organization)
    const reply = await send()

    expect(reply.status).toBeLessThan(500)
    if (reply.status >= 400) refusalIn(reply)
    const after = await everybody(organization)
    if (reply.status >= 400) expect(after).toBe(now)
    now = after
  }

  test('as a body is read or refused in the form of an error, and a refusal changes nobody', async () => {
    const target = await organization.createUser({ userName: 'target' })
    const methods = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE')
    const send = (method: string, sent: unknown) =>
      organization.raw({
        method,
        path: method === 'POST' ? '/Users' : `/Users/${method === 'DELETE' ? 'x' : target.id}`,
        body: JSON.stringify(sent) ?? 'null',
      })

    await fc.assert(
      fc.asyncProperty(methods, body, (method, sent) => sound(() => send(method, sent))),
      { numRuns: 200 },
    )
    expect(faultsOf(server)).toEqual([])
  })

  test('as a path or query is answered or refused in the form of an error', async () => {
    const methods = fc.constantFrom('GET', 'DELETE', 'OPTIONS')
    const target = fc.oneof(
      printable.map((each) => `/${each}`),
      query.map((each) => `/Users?${each}`),
      query.map((each) => `/Users/${ann.id}?${each}`),
    )
    const reads = fc.asyncProperty(methods, target, (method, path) =>
      sound(() => organization.raw({ method: path.includes(ann.id) ? 'GET' : method, path })),
    )

    await fc.assert(reads, { numRuns: 200 })
    expect(faultsOf(server)).toEqual([])
  })

  test('that was accepted can be listed, filtered and sorted', async () => {
    for (const parameters of [
      'filter=userName%20pr',
      'filter=emails%20pr%20or%20name%20pr',
      'sortBy=title',
      'sortBy=emails',
      'attributes=name',
    ]) {
      expect(await organization.raw({ path: `/Users?${parameters}` })).toMatchObject({ status: 200 })
    }
  })
})
