import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Json } from '@rollcall/scim'

export type Body = { readonly [name: string]: Json }
type StoredUser = Body & { readonly id: string }

type ServerRequest = {
  readonly method: string
  /** Below the base URL, with its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Body | undefined
}

/** `silent` leaves the client without an answer until it closes the socket. */
export type ServerReply = {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: Json | string
  readonly silent?: boolean
}

export type ServerOptions = {
  readonly users?: readonly Body[]
  /** What is kept in place of what was sent. */
  readonly keep?: (user: StoredUser, request: ServerRequest) => StoredUser
  /** The order of a list. */
  readonly order?: (users: readonly StoredUser[], request: ServerRequest) => readonly StoredUser[]
  /** What is answered in place of the honest reply. */
  readonly answer?: (reply: ServerReply, request: ServerRequest) => ServerReply
  readonly gzip?: boolean
}

export type ScimServer = {
  readonly baseUrl: string
  /** Every request, in the order of arrival. */
  readonly requests: readonly ServerRequest[]
  readonly users: () => readonly StoredUser[]
  /** Resolves when a client closes the socket on which it waits for an answer. */
  readonly abandoned: Promise<void>
  readonly close: () => Promise<void>
}

export const token = 'k3y-for-tests'

const basePath = '/api/v2/scim'

/** A small honest SCIM server in memory, that can be told to misbehave. */
export async function startScimServer(options: ServerOptions = {}): Promise<ScimServer> {
  const users = new Map<string, StoredUser>()
  const requests: ServerRequest[] = []
  const keep = (user: StoredUser, request: ServerRequest) => {
    const kept = options.keep?.(user, request) ?? user
    users.set(user.id, kept)
    return kept
  }
  for (const user of options.users ?? []) users.set(`u${users.size + 1}`, { id: `u${users.size + 1}`, ...user })

  let abandon = () => {}
  const abandoned = new Promise<void>((resolve) => (abandon = resolve))
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const request = await readRequest(incoming)
    requests.push(request)
    const honest = respond(request, users, keep, options.order)
    const reply = options.answer?.(honest, request) ?? honest
    if (reply.silent) outgoing.on('close', abandon)
    else write(outgoing, reply, options.gzip ?? false)
  }
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    baseUrl: `http://127.0.0.1:${port}${basePath}`,
    requests,
    users: () => [...users.values()],
    abandoned,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ServerRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString()
  return {
    method: incoming.method ?? '',
    path: (incoming.url ?? '').slice(basePath.length),
    headers: incoming.headers,
    body: text === '' ? undefined : (JSON.parse(text) as Body),
  }
}

function write(outgoing: ServerResponse, reply: ServerReply, gzip: boolean): void {
  const text = reply.body === undefined ? '' : typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body)
  outgoing.writeHead(reply.status, {
    ...(text !== '' && { 'Content-Type': 'application/scim+json' }),
    ...(gzip && text !== '' && { 'Content-Encoding': 'gzip' }),
    ...reply.headers,
  })
  outgoing.end(gzip && text !== '' ? gzipSync(text) : text)
}

type Keep = (user: StoredUser, request: ServerRequest) => StoredUser

function respond(
  request: ServerRequest,
  users: ReadonlyMap<string, StoredUser>,
  keep: Keep,
  order: ServerOptions['order'],
): ServerReply {
  const { authorization } = request.headers
  if (authorization !== `Bearer ${token}` && authorization !== token) return error(401, 'The key is not valid')

  const url = new URL(request.path, 'http://scim.invalid')
  const all = [...users.values()]
  if (url.pathname === '/Users') {
    return request.method === 'POST' ? create(request, all, keep) : list(url.searchParams, order?.(all, request) ?? all)
  }
  const user = users.get(decodeURIComponent(url.pathname.slice('/Users/'.length)))
  if (user === undefined) return error(404, 'No such user')
  return one(request, user, keep)
}

function create(request: ServerRequest, all: readonly StoredUser[], keep: Keep): ServerReply {
  const { password: _password, groups: _groups, ...sent } = request.body ?? {}
  const name = fold(sent['userName'])
  if (all.some((user) => fold(user['userName']) === name)) return error(409, 'The user name is taken')
  return { status: 201, body: keep(withMeta({ ...sent, id: `u${all.length + 1}` }), request) }
}

function one(request: ServerRequest, user: StoredUser, keep: Keep): ServerReply {
  const { method, body = {} } = request
  if (method === 'GET') return { status: 200, body: user }
  if (method === 'PUT') return { status: 200, body: keep(withMeta({ ...body, id: user.id }), request) }
  const [operation] = body['Operations'] as readonly [{ readonly value: Body }]
  return { status: 200, body: keep({ ...merge(user, operation.value), id: user.id }, request) }
}

function list(parameters: URLSearchParams, all: readonly StoredUser[]): ServerReply {
  const name = /^userName eq (".*")$/.exec(parameters.get('filter') ?? '')?.[1]
  const found =
    name === undefined ? all : all.filter((user) => fold(user['userName']) === fold(JSON.parse(name) as Json))
  const startIndex = Number(parameters.get('startIndex'))
  const page = found.slice(startIndex - 1, startIndex - 1 + Number(parameters.get('count')))
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:ListResponse']
  return {
    status: 200,
    body: { schemas, totalResults: found.length, startIndex, itemsPerPage: page.length, Resources: page },
  }
}

function error(status: number, detail: string): ServerReply {
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:Error']
  return { status, body: { schemas, status: String(status), detail } }
}

function withMeta(user: StoredUser): StoredUser {
  return { ...user, meta: { resourceType: 'User', location: `https://app.example.com/scim/Users/${user.id}` } }
}

function merge(held: Body, value: Body): Body {
  const entries = Object.entries(value).map(([name, sent]) => {
    const before = held[name]
    return [name, isBody(sent) && isBody(before) ? merge(before, sent) : sent] as const
  })
  return { ...held, ...Object.fromEntries(entries) }
}

function isBody(value: Json | undefined): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fold(name: Json | undefined): string {
  return typeof name === 'string' ? name.normalize('NFC').toLowerCase() : ''
}
