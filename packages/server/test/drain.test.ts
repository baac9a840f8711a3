import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from './support/database.ts'
import { type RawReply, exchange, oneConnection } from './support/http.ts'
import { type TestOrganization, type TestServer, organizationOf, startTestServer, userBody } from './support/server.ts'

let database: TestDatabase | undefined
afterEach(() => database?.remove())

/** A server whose database outlives it. */
async function lastingServer(): Promise<TestServer & { readonly database: TestDatabase }> {
  database = await freshDatabase()
  return await startTestServer(database)
}

const clients = 8

describe('stop', () => {
  test('answers every request of clients that never pause, and loses nothing that it answered', async () => {
    const server = await lastingServer()
    const organization = await server.organization()
    const busy = deferred()
    const provisioning = Array.from({ length: clients }, (_, client) =>
      provision(server, organization, client, busy.resolve),
    )

    await busy.promise
    const stopped = server.stop()
    const replies = await Promise.all(provisioning)
    await stopped

    expect(new Set(replies.flat().map(({ status }) => status))).toEqual(new Set([201]))
    for (const own of replies) expect(new Set(own.map(({ clientPort }) => clientPort)).size).toBe(1)
    expect(await reachable(server.url)).toBe(false)

    const second = await startTestServer(server.database)
    const { listUsers } = organizationOf(second.scimBaseUrl, organization.id, organization.key)
    expect(await listUsers()).toMatchObject({ totalResults: replies.flat().length })
    await second.stop()
  })

  test('waits for a body that is still on its way, not for clients that are silent', async () => {
    const server = await lastingServer()
    const { key } = await server.organization()
    const silent = connect(Number(new URL(server.url).port), '127.0.0.1').resume()
    await once(silent, 'connect')
    const left = once(silent, 'close')
    await exchange(server.url, { path: '/setup/x', agent: oneConnection() })
    const { sent, body } = await begun(server, key)

    const stopped = server.stop()
    await left
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]

    expect(response.statusCode).toBe(201)
    expect(await json(response)).toMatchObject({ userName: 'late' })
    await stopped
    expect(await reachable(server.url)).toBe(false)
  })
})

/** Creates one user after the other over one connection, until the server asks to leave. */
async function provision(
  server: TestServer,
  { key }: TestOrganization,
  client: number,
  onBusy: () => void,
): Promise<readonly RawReply[]> {
  const agent = oneConnection()
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/scim+json' }
  const replies: RawReply[] = []
  for (;;) {
    const body = JSON.stringify(userBody({ userName: `person${client}-${replies.length}` }))
    const reply = await exchange(server.url, { method: 'POST', path: '/api/v2/scim/Users', headers, body, agent })
    replies.push(reply)
    if (replies.length === 5) onBusy()
    if (reply.headers.get('connection') === 'close') return replies
  }
}

/** A create whose headers the server has read, and the body that it waits for. */
async function begun({ scimBaseUrl }: TestServer, key: string) {
  const body = JSON.stringify(userBody({ userName: 'late' }))
  const sent = request(`${scimBaseUrl}/Users`, {
    method: 'POST',
    agent: new Agent({ keepAlive: true }),
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/scim+json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  })
  sent.flushHeaders()
  await once(sent, 'continue')
  return { sent, body }
}

/** Resolved once all clients have said that they are at work. */
function deferred() {
  let missing = clients
  let resolveAll: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    resolveAll = resolve
  })
  const resolve = () => {
    missing -= 1
    if (missing === 0) resolveAll()
  }
  return { promise, resolve }
}

async function reachable(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
