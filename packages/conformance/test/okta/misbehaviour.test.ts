import { generatePeople, type OktaOptions, runOkta } from '@rollcall/conformance'
import type { Json } from '@rollcall/scim'
import { describe, expect, test } from 'vitest'
import { type Body, type ServerOptions, type ServerReply, startScimServer, token } from '../support/scim-server.ts'

type Misbehaviour = ServerOptions & {
  readonly mode?: OktaOptions['mode']
  /** How one of the messages ends. */
  readonly message?: string
  readonly difference?: { readonly attribute: string; readonly expected: unknown; readonly actual: unknown }
}

const people = generatePeople(20)
const inactive = { active: false }
const html = '<!DOCTYPE html><html><body>Bad Gateway</body></html>'

const misbehaviours: { readonly [name: string]: Misbehaviour } = {
  'loses an attribute': {
    keep: ({ displayName: _lost, ...user }) => user,
    difference: { attribute: 'displayName', expected: expect.any(String), actual: null },
  },
  'loses part of the name in a PUT': {
    keep: (user, { method }) => (method === 'PUT' ? { ...user, name: { givenName: 'Anna' } } : user),
    difference: { attribute: 'name.familyName', expected: 'Schmidt', actual: null },
  },
  'replaces the whole name in a PATCH': {
    mode: 'oin',
    keep: (user, { method, body }) =>
      method === 'PATCH' && patched(body)['name'] ? { ...user, ...patched(body) } : user,
    difference: { attribute: 'name.givenName', expected: expect.any(String), actual: null },
  },
  'loses the enterprise attributes': {
    keep: ({ 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': _lost, ...user }) => user,
    difference: {
      attribute: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber',
      expected: 'E000001',
      actual: null,
    },
  },
  'loses the external id': {
    keep: ({ externalId: _lost, ...user }) => user,
    difference: { attribute: 'externalId', expected: expect.stringMatching(/^00u\w{17}$/), actual: null },
  },
  'writes user names in small letters': {
    keep: (user) => ({ ...user, userName: textOf(user['userName']).toLowerCase() }),
    difference: { attribute: 'userName', expected: 'anna.Schmidt@Example.com', actual: 'anna.schmidt@example.com' },
  },
  'writes mail addresses in small letters': {
    keep: (user) => ({ ...user, emails: JSON.parse(JSON.stringify(user['emails'] ?? []).toLowerCase()) as Json }),
    mode: 'oin',
    difference: {
      attribute: 'emails[work].value',
      expected: 'Anna.Schmidt@Example.com',
      actual: 'anna.schmidt@example.com',
    },
  },
  'composes letters and their marks': {
    keep: (user) => JSON.parse(JSON.stringify(user).normalize('NFC')) as typeof user,
    difference: { attribute: 'name.givenName', expected: 'Zoe\u0308', actual: 'Zo\u00eb' },
  },
  'invents an attribute': {
    keep: (user) => ({ ...user, nickName: 'Bunny' }),
    difference: { attribute: 'nickName', expected: null, actual: 'Bunny' },
  },
  'keeps what was emptied': {
    keep: (user) => ({ ...user, title: user['title'] === '' ? 'Engineer' : (user['title'] ?? null) }),
    difference: { attribute: 'title', expected: null, actual: 'Engineer' },
  },
  'refuses empty values': {
    answer: (reply, { body }) =>
      JSON.stringify(body ?? {}).includes(':""') ? { status: 400, body: { detail: 'title is empty' } } : reply,
    message:
      'profile update for Anna.Schmidt@Example.com: Bad Request. Errors reported by remote server: title is empty',
  },
  'has active as a text': {
    keep: (user) => ({ ...user, active: textOf(user['active']) }),
    message: 'active is "true" in the reply, where true was sent',
  },
  'ignores the deactivation': {
    keep: (user) => ({ ...user, active: true }),
    message:
      'Error while deactivating user Anna.Schmidt@Example.com: active is true in the reply, where false was sent',
  },
  'forgets the deactivation': {
    keep: (user) => ({ ...user, active: true }),
    answer: (reply, { body }) =>
      body?.['active'] === false ? { ...reply, body: { ...bodyOf(reply), ...inactive } } : reply,
    difference: { attribute: 'active', expected: false, actual: true },
  },
  'gives another id at the reactivation': {
    answer: (reply, { method, body }) =>
      method === 'PUT' && body?.['active'] === true ? { ...reply, body: { ...bodyOf(reply), id: 'u99' } } : reply,
    message: 'The id of the user has changed from u1 to u99',
  },
  'makes a second user at the reactivation': {
    order: (users, { path }) => (path.includes('filter=') ? users.filter(({ active }) => active === true) : users),
    keep: (user, { method }) => (method === 'PUT' && user['active'] === false ? { ...user, userName: user.id } : user),
    message: 'after reactivation, where it was u1',
  },
  'does not find who is inactive': {
    order: (users, { path }) => (path.includes('filter=') ? users.filter(({ active }) => active === true) : users),
    message: 'Conflict. Errors reported by remote server: The user name is taken',
  },
  'compares user names with case': {
    order: (users, { path }) =>
      users.filter(({ userName }) => !path.includes('filter=') || path.includes(encoded(userName))),
    message: 'Conflict. Errors reported by remote server: The user name is taken',
  },
  'ignores the filter': {
    users: [{ userName: 'somebody@example.com', active: true }],
    answer: (reply, { path }) =>
      path.includes('filter=') ? { ...reply, body: listOf([{ id: 'u1', userName: 'somebody@example.com' }]) } : reply,
    message: 'The user found for the user name Anna.Schmidt@Example.com has another: "somebody@example.com"',
  },
  'finds two': {
    answer: (reply, { path }) =>
      path.includes('filter=') ? { ...reply, body: listOf([{ id: 'a' }, { id: 'b' }]) } : reply,
    message: '2 users match the user name Anna.Schmidt@Example.com',
  },
  'counts in texts': {
    answer: (reply) =>
      'totalResults' in bodyOf(reply) ? { ...reply, body: { ...bodyOf(reply), totalResults: '0' } } : reply,
    message: 'Error authenticating: null (totalResults is "0", not a JSON integer)',
  },
  'leaves Resources out of an empty list': {
    answer: (reply) => ({ ...reply, body: { totalResults: 0, startIndex: 1, itemsPerPage: 0 } }),
    message: 'Error authenticating: No results for users returned',
  },
  'answers a list with nothing': {
    answer: () => ({ status: 200 }),
    message: 'Error authenticating: No results for users returned',
  },
  'ignores count': {
    users: people.map(({ login }) => ({ userName: `old.${login}`, active: true })),
    answer: (reply, { path }) =>
      path.endsWith('count=2') ? { ...reply, body: listOf([{ id: 'a' }, { id: 'b' }, { id: 'c' }]) } : reply,
    message: 'Error authenticating: 3 users came where 2 were asked for',
  },
  'answers a creation with nothing': {
    answer: (reply, { method }) => (method === 'POST' ? { status: 201 } : reply),
    message: 'Error while creating user Anna.Schmidt@Example.com: Create new user returned empty user.',
  },
  'answers a creation without the id': {
    answer: (reply, { method }) => (method === 'POST' ? { ...reply, body: { ...bodyOf(reply), id: null } } : reply),
    message: 'Error while creating user Anna.Schmidt@Example.com: The user in the reply has no id',
  },
  'answers a creation with 200': {
    answer: (reply, { method }) => (method === 'POST' ? { status: 200, body: { detail: 'queued' } } : reply),
    message: 'Error while creating user Anna.Schmidt@Example.com: OK. Errors reported by remote server: queued',
  },
  'has no PUT': {
    answer: (reply, { method }) => (method === 'PUT' ? { status: 501 } : reply),
    message: 'Not Implemented. Errors reported by remote server: (no body)',
  },
  'has no PATCH': {
    mode: 'oin',
    answer: (reply, { method }) => (method === 'PATCH' ? { status: 501, body: { errors: ['no', 'PATCH'] } } : reply),
    message: 'Not Implemented. Errors reported by remote server: no; PATCH',
  },
  'is behind a proxy that answers HTML': {
    answer: (reply, { method }) => (method === 'POST' ? { status: 502, body: html } : reply),
    message:
      "Bad Gateway. Errors reported by remote server: Invalid JSON: Unexpected character ('<' (code 60)): " +
      "expected a valid value (number, String, array, object, 'true', 'false' or 'null')",
  },
  'is behind a proxy that answers text': {
    answer: (reply, { method }) => (method === 'POST' ? { status: 502, body: 'error code: 502' } : reply),
    message:
      "Bad Gateway. Errors reported by remote server: Invalid JSON: Unrecognized token 'error': " +
      "was expecting ('true', 'false' or 'null')",
  },
  'is not at this base URL': {
    answer: (reply, { path }) => (path.includes('filter=') ? { status: 404, body: html } : reply),
    message: "expected a valid value (number, String, array, object, 'true', 'false' or 'null')",
  },
  'breaks off its JSON': {
    answer: (reply, { method }) => (method === 'POST' ? { status: 201, body: '{"id":"u' } : reply),
    message: 'Invalid JSON: Unexpected end-of-input or character within a value',
  },
  'says gzip of what is none': {
    answer: (reply) => ({ ...reply, headers: { 'Content-Encoding': 'gzip' } }),
    message: 'Error authenticating: Connection failed: incorrect header check',
  },
  'lists in another order on every page': {
    users: Array.from({ length: 150 }, (_, index) => ({ userName: `user${index}`, active: true })),
    order: (users, { path }) => (path.includes('startIndex=101') ? users.toReversed() : users),
    message: 'came twice, the order is not stable',
  },
  'lists fewer than it counts': {
    users: Array.from({ length: 150 }, (_, index) => ({ userName: `user${index}`, active: true })),
    answer: (reply, { path }) =>
      path.endsWith('count=100') && !path.includes('filter=')
        ? { ...reply, body: { ...bodyOf(reply), Resources: resourcesOf(reply).slice(0, 50) } }
        : reply,
    message: 'Error while importing users: 50 users came where 100 were announced',
  },
  'leaves somebody out of the list': {
    order: (users, { path }) => (path.includes('filter=') ? users : users.filter(({ id }) => id !== 'u3')),
    difference: { attribute: 'id', expected: 'u3', actual: null },
  },
  'lists somebody whom nobody made': {
    order: (users, { path }) =>
      path.includes('filter=') || users.length < people.length
        ? users
        : [...users, { id: 'u99', userName: 'ghost@example.com', active: true }],
    difference: { attribute: 'id', expected: null, actual: 'u99' },
  },
  'shows other things in the list than by id': {
    order: (users, { path }) => (path.includes('filter=') ? users : users.map((user) => ({ ...user, userName: 'x' }))),
    difference: { attribute: 'userName', expected: 'maria.garcia@example.com', actual: 'x' },
  },
  'forgets a user': {
    answer: (reply, { method, path }) =>
      method === 'GET' && path === '/Users/u3' ? { status: 404, body: { detail: 'No such user' } } : reply,
    message: 'user maria.garcia.2@example.com back: Not Found. Errors reported by remote server: No such user',
  },
}

describe('an app that misbehaves', () => {
  test.for(Object.keys(misbehaviours))('%s: the run is not ok and says why', async (name) => {
    const { mode = 'aiw', message, difference, ...server } = misbehaviours[name] ?? {}
    const app = await startScimServer(server)
    const report = await runOkta({
      baseUrl: app.baseUrl,
      token,
      authorization: 'bearer',
      mode,
      people,
      concurrency: 1,
    })
    await app.close()

    expect(report.ok).toBe(false)
    if (message !== undefined) {
      expect(report.failures.map((failure) => failure.message)).toContainEqual(
        expect.stringMatching(endingWith(message)),
      )
    }
    if (difference !== undefined) expect(report.differences).toContainEqual(expect.objectContaining(difference))
  })
})

function endingWith(text: string): RegExp {
  return new RegExp(`${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
}

function bodyOf(reply: ServerReply): Body {
  return typeof reply.body === 'object' && reply.body !== null ? (reply.body as Body) : {}
}

function resourcesOf(reply: ServerReply): readonly Body[] {
  return bodyOf(reply)['Resources'] as readonly Body[]
}

function listOf(users: readonly Body[]): Body {
  return { totalResults: users.length, startIndex: 1, itemsPerPage: users.length, Resources: users }
}

function patched(body: Body | undefined): Body {
  const [operation] = (body?.['Operations'] ?? []) as readonly { readonly value: Body }[]
  return operation?.value ?? {}
}

function encoded(userName: Json | undefined): string {
  return encodeURIComponent(`"${textOf(userName)}"`).replaceAll("'", '%27')
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
