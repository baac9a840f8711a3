import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import { userResourceType } from '@rollcall/scim'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { applicationKeyAuthenticator } from './access/application-keys.ts'
import type { KeyUse } from './access/key-use.ts'
import { scimPermissions, scimPlans } from './access/permissions.ts'
import { operatorRoutes } from './api/operator.ts'
import { discovery } from './scim/discovery.ts'
import { scimRoutes } from './scim/routes.ts'
import { usersEndpoint } from './scim/users.ts'
import { setupRoutes } from './setup.ts'
import type { Database } from './store/database.ts'

export type AppOptions = {
  /** The server that holds the port already. */
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

/** All the routes of the server over an open database. */
export function buildApp({ server, database, keyUse, publicUrl, log, now }: AppOptions): FastifyInstance {
  const app: FastifyInstance = Fastify({
    serverFactory: (handler) => server.on('request', handler),
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: bodyLimitBytes,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
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
  app.register(
    async (api) => operatorRoutes(api, { database, publicUrl: () => publicUrl, scimBaseUrl: () => baseUrl, now }),
    { prefix: '/api/operator/v1' },
  )
  app.register(async (pages) => setupRoutes(pages, { database, now }))
  return app
}

/** One line for each request; neither query strings, which hold names, nor headers, which hold keys. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    })
  })
}
