import { patchOpSchema, userSchemaId } from '@rollcall/scim'
import { pino } from 'pino'
import { z } from 'zod'
import { listening } from '../../src/listen.ts'
import { serve } from '../../src/server.ts'
import { openDatabase } from '../../src/store/connect.ts'
import type { Database } from '../../src/store/database.ts'
import { type Page, type Reply, type User, pageIn, userIn } from './answers.ts'
import { type TestDatabase, freshDatabase } from './database.ts'
import { type Exchange, type RawReply, exchange } from './http.ts'

/** A server with everything around it, listening on a port of its own. */
export type TestServer = {
  readonly url: string
  readonly scimBaseUrl: string
  readonly operatorToken: string
  /** The organization of the first start. */
  readonly first: { readonly id: string; readonly key: string; readonly setupUrl: string }
  readonly database: TestDatabase
  /** The database as the server has it open. */
  readonly store: Database
  /** Every line that the server logged so far. */
  readonly log: readonly string[]
  /** Makes one more organization, so that tests do not meet. */
  readonly organization: (options?: { readonly plan?: string }) => Promise<TestOrganization>
  /** Sends a request to the operator's interface with the operator's token. */
  readonly operator: (method: string, path: string, body?: unknown, headers?: Headers) => Promise<Reply>
  readonly stop: () => Promise<void>
}

export type TestOrganization = {
  readonly id: string
  readonly key: string
  /** Sends a SCIM request with the organization's key. */
  readonly scim: (method: string, path: string, body?: unknown, headers?: Headers) => Promise<Reply>
  /** Sends what is given byte for byte to a path below the base URL, with the organization's key. */
  readonly raw: (options: Exchange) => Promise<RawReply>
  /** Makes a user that must be accepted. */
  readonly createUser: (attributes: Attributes) => Promise<User>
  /** The user as it is read now. */
  readonly readUser: (id: string) => Promise<User>
  /** A page of the users, by the parameters of the query. */
  readonly listUsers: (query?: Readonly<Record<string, string>>) => Promise<Page>
}

export type Attributes = Readonly<Record<string, unknown>>
type Headers = Readonly<Record<string, string>>

const newOrganization = z.looseObject({
  organization: z.looseObject({ id: z.uuid() }),
  applicationKey: z.string(),
  setupUrl: z.url(),
})

let subdomains = 0

/** @param shared the database of another server, which is not removed at the end */
export async function startTestServer(shared?: TestDatabase): Promise<TestServer> {
  const database = shared ?? (await freshDatabase())
  const log: string[] = []
  const onFatal = (error: Error) => {
    throw error
  }
  const store = await openDatabase(database.options, onFatal)
  const server = await serve(store, await listening('127.0.0.1', 0), {
    log: pino({ level: 'debug' }, { write: (line: string) => void log.push(line) }),
  })
  const { url, scimBaseUrl, organization: oldest, secrets } = server
  const operatorToken = secrets?.operatorToken ?? ''
  const operator: TestServer['operator'] = (method, path, body, headers) =>
    send(method, `${url}/api/operator/v1${path}`, operatorToken, { body, headers, type: 'application/json' })

  return {
    url,
    scimBaseUrl,
    operatorToken,
    first: { id: oldest?.id ?? '', key: secrets?.applicationKey ?? '', setupUrl: secrets?.setupUrl ?? '' },
    database,
    store,
    log,
    operator,
    organization: async ({ plan = 'enterprise' } = {}) => {
      subdomains += 1
      const wanted = { name: `Organization ${subdomains}`, subdomain: `org-${subdomains}`, plan }
      const { organization, applicationKey } = newOrganization.parse(
        (await operator('POST', '/organizations', wanted)).body,
      )
      return organizationOf(scimBaseUrl, organization.id, applicationKey)
    },
    stop: async () => {
      await server.stop()
      if (!shared) await database.remove()
    },
  }
}

/** An organization as the holder of a key sees it. */
export function organizationOf(scimBaseUrl: string, id: string, key: string): TestOrganization {
  const scim: TestOrganization['scim'] = (method, path, body, headers) =>
    send(method, `${scimBaseUrl}${path}`, key, { body, headers, type: 'application/scim+json' })
  const { origin, pathname } = new URL(scimBaseUrl)
  return {
    id,
    key,
    scim,
    raw: ({ path, headers, ...rest }) =>
      exchange(origin, {
        ...rest,
        path: `${pathname}${path}`,
        headers: {
          authorization: `Bearer ${key}`,
          ...(rest.body !== undefined && { 'content-type': 'application/scim+json' }),
          ...headers,
        },
      }),
    createUser: async (attributes) => userIn(await scim('POST', '/Users', userBody(attributes))),
    readUser: async (id) => userIn(await scim('GET', `/Users/${id}`)),
    listUsers: async (query = {}) => pageIn(await scim('GET', `/Users?${new URLSearchParams(query)}`)),
  }
}

type Content = {
  /** A string goes as it is, everything else as JSON. */
  readonly body: unknown
  readonly type: string
  readonly headers: Headers | undefined
}

async function send(method: string, url: string, token: string, { body, type, headers }: Content): Promise<Reply> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

export const coreUser = userSchemaId
export const patchOp = patchOpSchema

/** A user body with no more than what is given. */
export const userBody = (attributes: Attributes) => ({ schemas: [coreUser], ...attributes })

export const patchBody = (...operations: readonly unknown[]) => ({ schemas: [patchOp], Operations: operations })
