import { generatePeople, type OktaOptions, type OktaProgress, type OktaReport, runOkta } from '@rollcall/conformance'
import { describe, expect, test } from 'vitest'
import { type ScimServer, type ServerOptions, startScimServer, token } from '../support/scim-server.ts'

const modes = ['aiw', 'oin'] as const

async function run(server: ServerOptions, options: Partial<OktaOptions> = {}): Promise<OktaReport> {
  return withServer(server, ({ baseUrl }) => runOkta({ ...defaults, baseUrl, ...options }))
}

async function withServer<T>(options: ServerOptions, use: (server: ScimServer) => Promise<T>): Promise<T> {
  const server = await startScimServer(options)
  try {
    return await use(server)
  } finally {
    await server.close()
  }
}

const defaults = {
  token,
  authorization: 'bearer',
  mode: 'aiw',
  people: generatePeople(10),
  concurrency: 4,
} as const satisfies Partial<OktaOptions>

describe('a life of fifty people in an honest app', () => {
  test.for(modes)('is without fault, updated in mode %s', async (mode) => {
    const { scenarios, ...report } = await run({}, { mode, people: generatePeople(50) })
    expect(report).toEqual({
      ok: true,
      baseUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api\/v2\/scim$/),
      mode,
      people: 50,
      notRun: [],
      failures: [],
      differences: [],
    })
    expect(scenarios.map(({ scenario, ok, failed, retries }) => ({ scenario, ok, failed, retries }))).toEqual([
      { scenario: 'test-credentials', ok: 1, failed: 0, retries: 0 },
      { scenario: 'import', ok: 1, failed: 0, retries: 0 },
      { scenario: 'assign', ok: 50, failed: 0, retries: 0 },
      { scenario: 'profile-push', ok: 17, failed: 0, retries: 0 },
      { scenario: 'deactivate', ok: 10, failed: 0, retries: 0 },
      { scenario: 'reassign', ok: 7, failed: 0, retries: 0 },
      { scenario: 'verify', ok: 51, failed: 0, retries: 0 },
    ])
  })

  test('counts the requests that it sends', async () => {
    await withServer({}, async ({ baseUrl, requests }) => {
      const report = await runOkta({ ...defaults, baseUrl, people: generatePeople(50) })
      expect(report.scenarios.reduce((sum, scenario) => sum + scenario.requests, 0)).toBe(requests.length)
      expect(report.scenarios.map(({ requests: sent }) => sent)).toEqual([2, 1, 100, 34, 20, 21, 51])
    })
  })

  test('leaves the people who did not come back inactive', async () => {
    await withServer({}, async ({ baseUrl, users }) => {
      await runOkta({ ...defaults, baseUrl, people: generatePeople(50) })
      expect(users().filter(({ active }) => active === false)).toHaveLength(3)
    })
  })

  test('adopts everybody when it is lived a second time', async () => {
    await withServer({}, async ({ baseUrl, users }) => {
      await runOkta({ ...defaults, baseUrl })
      const ids = users().map(({ id }) => id)
      const report = await runOkta({ ...defaults, baseUrl })
      expect(report).toMatchObject({ ok: true, failures: [], differences: [] })
      expect(users().map(({ id }) => id)).toEqual(ids)
    })
  })

  test.for(modes)('keeps what the app had beside the attributes of Okta, in mode %s', async (mode) => {
    const [person] = defaults.people
    const badge = { number: 7 }
    const user = { userName: person?.login.toLowerCase() ?? '', active: true, 'urn:example:badge:User': badge }
    await withServer({ users: [user] }, async ({ baseUrl, users }) => {
      expect(await runOkta({ ...defaults, baseUrl, mode })).toMatchObject({ ok: true, differences: [] })
      expect(users()[0]).toMatchObject({ id: 'u1', 'urn:example:badge:User': badge })
    })
  })
})

describe('an app that is as free as Okta lets it be', () => {
  const liberties: { readonly [name: string]: ServerOptions } = {
    'answers an update with 204': {
      answer: (reply, { method }) => (method === 'PUT' || method === 'PATCH' ? { status: 204 } : reply),
    },
    'compresses its answers': { gzip: true },
    'calls its JSON text/json': {
      answer: (reply) => ({ ...reply, headers: { 'Content-Type': 'text/json;charset=UTF-8' } }),
    },
    'says 404 when nobody has the user name': {
      answer: (reply, { path }) =>
        path.includes('filter=') && JSON.stringify(reply.body).includes('"totalResults":0')
          ? {
              status: 404,
              body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], detail: 'No', status: 404 },
            }
          : reply,
    },
    'derives the formatted name and lists roles': {
      keep: (user) => ({
        ...user,
        roles: [{ value: 'reader' }],
        name: { ...Object(user['name']), formatted: 'Derived' },
      }),
    },
    'keeps the empty text as no value': {
      keep: (user) => JSON.parse(JSON.stringify(user, (_, value: unknown) => (value === '' ? undefined : value))),
    },
  }
  const cases = Object.keys(liberties).flatMap((name) => modes.map((mode) => [name, mode] as const))

  test.for(cases)('%s: no fault in mode %s', async ([name, mode]) => {
    expect(await run(liberties[name] ?? {}, { mode })).toMatchObject({ ok: true, failures: [], differences: [] })
  })
})

describe('the choice of scenarios', () => {
  test('runs what the chosen one builds on, in the order of the life', async () => {
    const report = await run({}, { scenario: ['reassign', 'import'] })
    expect(report.scenarios.map(({ scenario }) => scenario)).toEqual(['import', 'assign', 'deactivate', 'reassign'])
    expect(report.ok).toBe(true)
  })

  test('verifies people whom an earlier run has assigned, and writes nothing', async () => {
    await withServer({}, async ({ baseUrl, requests }) => {
      await runOkta({ ...defaults, baseUrl, scenario: 'assign' })
      const before = requests.length
      expect(await runOkta({ ...defaults, baseUrl, scenario: 'verify' })).toMatchObject({ ok: true })
      expect(requests.slice(before).every(({ method }) => method === 'GET')).toBe(true)
    })
  })

  test('stops after credentials that do not work', async () => {
    const report = await run({}, { token: 'wrong', authorization: 'header' })
    expect(report).toMatchObject({
      ok: false,
      notRun: ['import', 'assign', 'profile-push', 'deactivate', 'reassign', 'verify'],
      failures: [
        {
          scenario: 'test-credentials',
          person: null,
          message: 'Error authenticating: Unauthorized. Errors reported by remote server: The key is not valid',
          request: 'GET /Users?startIndex=1&count=2',
          status: 401,
        },
      ],
    })
  })
})

describe('the progress of a run', () => {
  test('is told task by task', async () => {
    const events: OktaProgress[] = []
    await run(
      {},
      { scenario: 'assign', people: generatePeople(2), concurrency: 1, onProgress: (event) => events.push(event) },
    )
    const report = { scenario: 'assign', requests: 4, ok: 2, failed: 0, retries: 0 }
    expect(events).toEqual([
      { type: 'scenario-started', scenario: 'assign', about: expect.any(String), tasks: 2 },
      { type: 'task-done', scenario: 'assign', done: 1, tasks: 2 },
      { type: 'task-done', scenario: 'assign', done: 2, tasks: 2 },
      { type: 'scenario-finished', report: expect.objectContaining(report) },
    ])
  })

  test('ends with the reason of the signal when the run is stopped', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const stopped = run(
      {},
      { signal: stop.signal, onProgress: ({ type }) => (type === 'task-done' ? stop.abort(reason) : undefined) },
    )
    await expect(stopped).rejects.toBe(reason)
  })

  test('ends while it waits, when the run is stopped', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const tooMany = { answer: () => ({ status: 429, headers: { 'Retry-After': '60' } }) }
    const stopped = run(tooMany, {
      signal: stop.signal,
      onProgress: ({ type }) => (type === 'waiting' ? stop.abort(reason) : undefined),
    })
    await expect(stopped).rejects.toBe(reason)
  })
})

describe('the report', () => {
  test('has neither the token nor a password, whatever the app repeats', async () => {
    const passwords: string[] = []
    const report = await run({
      keep: (user, { body }) => {
        if (typeof body?.['password'] !== 'string') return user
        passwords.push(body['password'])
        return { ...user, password: body['password'] }
      },
      answer: (reply, { headers, method }) =>
        method === 'POST' && passwords.length > 4
          ? { status: 400, body: { detail: `${headers.authorization} ${passwords.at(-1)}` } }
          : reply,
    })
    const text = JSON.stringify(report)
    expect(report.differences).toContainEqual(
      expect.objectContaining({ attribute: 'password', expected: null, actual: '(a password)' }),
    )
    expect(text).toContain('Bad Request. Errors reported by remote server: Bearer (withheld) (withheld)')
    expect([token, ...passwords].filter((secret) => text.includes(secret))).toEqual([])
  })

  test('has the base URL without the credentials in it', async () => {
    await withServer({}, async ({ baseUrl }) => {
      const report = await runOkta({
        ...defaults,
        baseUrl: `${baseUrl.replace('://', '://admin:secret@')}/`,
        scenario: 'test-credentials',
      })
      expect(report).toMatchObject({ ok: true, baseUrl })
    })
  })
})
