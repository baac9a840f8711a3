import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { invalidSyntax, userResourceType } from '@rollcall/scim'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { applicationKeyAuthenticator } from './access/application-keys.ts'
import type { KeyUse } from './access/key-use.ts'
import { scimPermissions, scimPlans } from './access/permissions.ts'
import { operatorRoutes } from './api/operator.ts'
import { discovery } from './scim/discovery.ts'
import { sendError } from './scim/errors.ts'
import { scimRoutes } from './scim/routes.ts'
import { usersEndpoint } from './scim/users.ts'
import { setupRoutes } from './setup.ts'
import type { Database } from './store/database.ts'

export type AppOptions = {
  /** The server that holds the port; its requests are handed to `routing` once the app is ready. */
  readonly server: Server
  readonly database: Database
  readonly keyUse: KeyUse
  /** How clients reach this server, without a slash at its end: `https://rollcall.example.com`. */
  readonly publicUrl: string
  readonly log: FastifyBaseLogger
  readonly now: () => Date
}

export const scimPath = '/api/v2/scim'

const bodyLimitBytes = 1024 * 1024

// As long as a request line can be: an id of any length is one that nobody has, and no error of its own.
const maxParamLength = 64 * 1024

/** All the routes of the server over an open database. */
export function buildApp({ server, database, keyUse, publicUrl, log, now }: AppOptions): FastifyInstance {
  const app: FastifyInstance = Fastify({
    serverFactory: () => server,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // Every line about a request names its id; a logger of its own for each would cost more than the line.
    childLoggerFactory: (logger) => logger,
    genReqId: () => randomUUID(),
    bodyLimit: bodyLimitBytes,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength },
    frameworkErrors: (_error, request, reply) => refusePath(request, reply),
  })

  logRequests(app)

  const baseUrl = `${publicUrl}${scimPath}`
  app.register(
    async (scim) =>
      scimRoutes(scim, {
        baseUrl,
        endpoints: [usersEndpoint(database, baseUrl)],
        discovery: discovery(baseUrl, [userResourceType]),
        authenticator: applicationKeyAuthenticator(
          database,
          { permissions: scimPermissions, plans: scimPlans },
          keyUse,
        ),
        now,
      }),
    { prefix: scimPath },
  )
  app.register(async (api) => operatorRoutes(api, { database, publicUrl, scimBaseUrl: baseUrl, now }), {
    prefix: '/api/operator/v1',
  })
  app.register(async (pages) => setupRoutes(pages, { database, now }))
  return app
}

/** A path whose percent-encoding is broken leads to no room of the house, so none of their error handlers sees it. */
function refusePath(request: FastifyRequest, reply: FastifyReply): void {
  const refusal = invalidSyntax('the path is not well-formed: its percent-encoding is broken')
  if (request.url.startsWith(scimPath)) void sendError(reply, refusal)
  else void reply.code(refusal.status).send({ errors: [refusal.message] })
}

/** One line for each request; neither query strings, which hold names, nor headers, which hold keys. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    request.log.info({
      reqId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    })
    done()
  })
}
