import {
  type Selection,
  ScimError,
  notFound,
  parseListQuery,
  parsePatch,
  parseSelectionQuery,
  readResource,
} from '@rollcall/scim'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Authenticator, Caller } from '../access/application-keys.ts'
import { parseBody } from './body.ts'
import { entityTag, isUnmodified } from './conditions.ts'
import { type Discovery, refuseFilter } from './discovery.ts'
import type { Call, Endpoint } from './endpoint.ts'
import { mediaType, refusalOf, sendError } from './errors.ts'
import { type Stored, listResponse, locationOf, representation } from './representation.ts'

export type ScimOptions = {
  /** Where clients find this service: `https://…/api/v2/scim`. */
  readonly baseUrl: string
  readonly endpoints: readonly Endpoint[]
  readonly discovery: Discovery
  readonly authenticator: Authenticator
  readonly now: () => Date
}

// Okta is known to send the first, curl and many scripts the second, some clients the third.
const bodyTypes = ['application/scim+json', 'application/json', 'text/json']

/** SCIM over HTTP (RFC 7644 §3): the verbs once for every resource type, and every answer in SCIM's own form. */
export function scimRoutes(scim: FastifyInstance, options: ScimOptions): void {
  acceptBodies(scim)
  answerErrors(scim, options)

  // The sender is known before any route is looked at: a path that leads nowhere tells a stranger nothing.
  scim.decorateRequest('caller')
  scim.addHook('onRequest', async (request) => {
    request.setDecorator('caller', await options.authenticator.authenticate(request.headers.authorization))
  })

  for (const endpoint of options.endpoints) resourceRoutes(scim, endpoint, options)
  discoveryRoutes(scim, options)
  refuseMe(scim)
}

function acceptBodies(scim: FastifyInstance): void {
  scim.removeAllContentTypeParsers()
  scim.addContentTypeParser(bodyTypes, { parseAs: 'buffer' }, (request, body, done) => {
    const charset = /charset="?([^;"\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8'
    if (!/^utf-?8$/i.test(charset)) {
      done(new ScimError(415, undefined, 'the body must be UTF-8'))
      return
    }
    try {
      // curl and some clients name a type on requests that have no body.
      done(null, body.length === 0 ? undefined : parseBody(Buffer.isBuffer(body) ? body : Buffer.from(body)))
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)))
    }
  })
}

function answerErrors(scim: FastifyInstance, { authenticator }: ScimOptions): void {
  /** The refusal that comes before every other: that the key has stopped being good since it was first seen. */
  const lapse = async (request: FastifyRequest): Promise<ScimError | undefined> => {
    const caller = request.getDecorator<Caller | undefined>('caller')
    try {
      if (caller) await authenticator.confirm(caller)
      return undefined
    } catch (error) {
      return refusalOf(error)
    }
  }

  scim.setErrorHandler(async (error, request, reply) => {
    const refusal = refusalOf(error)
    if (!refusal) request.log.error({ err: error, reqId: request.id }, 'a request failed by a fault of the server')
    return sendError(
      reply,
      (await lapse(request)) ??
        refusal ??
        new ScimError(500, undefined, `an error of the server; tell its operator the request id ${request.id}`),
    )
  })
  scim.setNotFoundHandler(async (request) => {
    throw notFound(`${request.method} ${pathOf(request)} is nothing that this server has`)
  })
}

const callerOf = (request: FastifyRequest): Caller => request.getDecorator<Caller>('caller')

type Item = { Params: { id: string } }

function resourceRoutes(scim: FastifyInstance, endpoint: Endpoint, { baseUrl, now }: ScimOptions): void {
  const { type } = endpoint
  const item = `${type.endpoint}/:id`

  const callOf = (request: FastifyRequest): Call => ({
    caller: callerOf(request),
    requestId: request.id,
    at: now(),
    ifMatch: request.headers['if-match'],
  })
  const selectionOf = (request: FastifyRequest) => parseSelectionQuery(type, queryOf(request))
  const sendResource = (reply: FastifyReply, stored: Stored, selection: Selection | undefined): FastifyReply =>
    reply
      .header('etag', entityTag(stored.version))
      .header('location', locationOf(baseUrl, type, stored.id))
      .type(mediaType)
      .send(representation(baseUrl, type, stored, selection))

  scim.post(type.endpoint, async (request, reply) => {
    const selection = selectionOf(request)
    const stored = await endpoint.create(callOf(request), readResource(type, request.body))
    return sendResource(reply.code(201), stored, selection)
  })

  scim.get(type.endpoint, async (request, reply) => {
    const query = parseListQuery(type, queryOf(request))
    const { totalResults, resources } = await endpoint.list(callOf(request), query)
    const texts = resources.map((stored) => representation(baseUrl, type, stored, query.selection))
    return reply.type(mediaType).send(listResponse({ totalResults, startIndex: query.startIndex, resources: texts }))
  })

  scim.get<Item>(item, async (request, reply) => {
    const selection = selectionOf(request)
    const stored = await endpoint.read(callOf(request), request.params.id)
    if (!isUnmodified(request.headers['if-none-match'], stored.version)) return sendResource(reply, stored, selection)
    return reply.code(304).header('etag', entityTag(stored.version)).send()
  })

  scim.put<Item>(item, async (request, reply) => {
    const selection = selectionOf(request)
    return sendResource(reply, await endpoint.replace(callOf(request), request.params.id, request.body), selection)
  })

  scim.patch<Item>(item, async (request, reply) => {
    const selection = selectionOf(request)
    const operations = parsePatch(type, request.body)
    return sendResource(reply, await endpoint.patch(callOf(request), request.params.id, operations), selection)
  })

  scim.delete<Item>(item, async (request, reply) => {
    await endpoint.remove(callOf(request), request.params.id)
    return reply.code(204).send()
  })

  refuseOtherMethods(scim, type.endpoint, ['GET', 'HEAD', 'POST'])
  refuseOtherMethods(scim, item, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])
}

function discoveryRoutes(scim: FastifyInstance, { discovery, authenticator }: ScimOptions): void {
  const paths = ['/ServiceProviderConfig', '/Schemas', '/Schemas/:urn', '/ResourceTypes', '/ResourceTypes/:name']
  for (const path of paths) {
    scim.get<{ Querystring: { filter?: unknown }; Params: { urn?: string; name?: string } }>(
      path,
      async (request, reply) => {
        refuseFilter(request.query)
        await authenticator.confirm(callerOf(request))
        const { urn, name } = request.params
        const document = discovery.document(path.replace(/:\w+/, () => urn ?? name ?? ''))
        return reply.type(mediaType).send(document)
      },
    )
    refuseOtherMethods(scim, path, ['GET', 'HEAD'])
  }
}

function refuseOtherMethods(scim: FastifyInstance, url: string, allowed: readonly string[]): void {
  const allow = allowed.join(', ')
  scim.route({
    url,
    method: scim.supportedMethods.filter((method) => !allowed.includes(method)),
    handler: async (request, reply) => {
      reply.header('allow', allow)
      throw new ScimError(405, undefined, `${request.method} is not possible at ${pathOf(request)}, only ${allow}`)
    },
  })
}

/** A key belongs to an integration and is nobody's account, so there is no "me" (RFC 7644 §3.11 asks for 501). */
function refuseMe(scim: FastifyInstance): void {
  scim.all('/Me', async () => {
    throw new ScimError(501, undefined, 'this server has no /Me; ask /Users')
  })
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>

/** Fastify's parser gives a text for a parameter, and a list for one that is repeated. */
const queryOf = (request: FastifyRequest): Query => request.query as Query

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0]?.slice(0, 200) ?? ''
