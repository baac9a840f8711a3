import { isWellFormedText } from '@rollcall/scim'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { bearerToken } from '../access/bearer.ts'
import { Unauthenticated } from '../access/errors.ts'
import { tokenHash } from '../access/token.ts'
import { changePlan, createOrganization, removeOrganization } from '../directory/organizations.ts'
import type { Occasion } from '../directory/audited.ts'
import type { Database } from '../store/database.ts'
import { DatabaseUnavailable } from '../store/database.ts'
import { operatorToken } from '../store/operators.ts'
import { type Organization, SubdomainTaken, listOrganizations, organizationById } from '../store/organizations.ts'

export type OperatorOptions = {
  readonly database: Database
  readonly publicUrl: string
  readonly scimBaseUrl: string
  readonly now: () => Date
}

const plan = z.enum(['free', 'pro', 'enterprise'])

const creation = z.strictObject({
  name: z.string().trim().min(1).max(200).refine(isWellFormedText, 'a name has no U+0000 and no half of a character'),
  // One label of a host name (RFC 1123), as it will stand before the product's domain.
  subdomain: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'a subdomain has lower-case letters, digits and hyphens inside, 63 at most',
    ),
  plan: plan.default('enterprise'),
})

const planChange = z.strictObject({ plan })

const listQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.uuid().optional(),
})

const wellFormedId = z.uuid()

/** The operator's interface: organizations are made, read, moved between plans and deleted here. */
export function operatorRoutes(api: FastifyInstance, options: OperatorOptions): void {
  const { database, now } = options

  api.addHook('onRequest', async (request) => {
    const hash = tokenHash(bearerToken(request.headers.authorization, ['op']))
    const [[known]] = await database.asOwner([operatorToken(hash)])
    if (!known) throw new Unauthenticated('the operator token is unknown or revoked')
  })
  answerErrors(api)

  const changeOf = (requestId: string): Occasion => ({
    actor: { type: 'operator', id: 'operator' },
    requestId,
    at: now(),
  })

  api.post('/organizations', async (request, reply) => {
    const wanted = creation.parse(request.body)
    const { organization, applicationKey, setupSecret } = await createOrganization(
      database,
      changeOf(request.id),
      wanted,
    )
    return reply.code(201).send({
      organization: organizationBody(organization),
      scimBaseUrl: options.scimBaseUrl,
      applicationKey,
      setupUrl: `${options.publicUrl}/setup/${setupSecret}`,
    })
  })

  api.get('/organizations', async (request, reply) => {
    const { limit, after } = listQuery.parse(request.query)
    const [organizations] = await database.asOwner([
      listOrganizations({ limit, ...(after !== undefined && { afterId: after }) }),
    ])
    const next = organizations.length === limit ? organizations.at(-1)?.id : undefined
    return reply.send({ organizations: organizations.map(organizationBody), ...(next !== undefined && { next }) })
  })

  api.get<{ Params: { id: string } }>('/organizations/:id', async (request, reply) => {
    const id = wellFormedId.safeParse(request.params.id)
    const [[organization]] = id.success ? await database.asOwner([organizationById(id.data)]) : [[]]
    return organization ? reply.send({ organization: organizationBody(organization) }) : sendNotFound(reply)
  })

  api.patch<{ Params: { id: string } }>('/organizations/:id', async (request, reply) => {
    const wanted = planChange.parse(request.body)
    const id = wellFormedId.safeParse(request.params.id)
    const organization = id.success ? await changePlan(database, changeOf(request.id), id.data, wanted.plan) : undefined
    return organization ? reply.send({ organization: organizationBody(organization) }) : sendNotFound(reply)
  })

  api.delete<{ Params: { id: string } }>('/organizations/:id', async (request, reply) => {
    const id = wellFormedId.safeParse(request.params.id)
    const removed = id.success && (await removeOrganization(database, id.data))
    return removed ? reply.code(204).send() : sendNotFound(reply)
  })
}

function organizationBody({ id, name, subdomain, plan, createdAt, updatedAt }: Organization) {
  return { id, name, subdomain, plan, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
}

const sendNotFound = (reply: FastifyReply) => sendErrors(reply, 404, ['there is no such organization'])

function answerErrors(api: FastifyInstance): void {
  api.setErrorHandler((error, request, reply) => {
    if (error instanceof Unauthenticated) {
      reply.header('www-authenticate', 'Bearer realm="operator"')
      return sendErrors(reply, 401, [error.message])
    }
    if (error instanceof z.ZodError) return sendErrors(reply, 400, error.issues.map(issueText))
    if (error instanceof SubdomainTaken) return sendErrors(reply, 409, [error.message])
    if (error instanceof DatabaseUnavailable) return sendErrors(reply.header('retry-after', '5'), 503, [error.message])
    const { statusCode } = error as { statusCode?: number } // Fastify's own errors have one
    if (statusCode !== undefined && statusCode < 500)
      return sendErrors(reply, statusCode, ['the request cannot be read'])

    request.log.error({ err: error, reqId: request.id }, 'a request failed by a fault of the server')
    return sendErrors(reply, 500, [`an error of the server; request id ${request.id}`])
  })
  api.setNotFoundHandler((_request, reply) => sendErrors(reply, 404, ['there is nothing here']))
}

const issueText = ({ path, message }: z.core.$ZodIssue): string => `${path.join('.') || 'the body'}: ${message}`

const sendErrors = (reply: FastifyReply, status: number, errors: readonly string[]) =>
  reply.code(status).send({ errors })
