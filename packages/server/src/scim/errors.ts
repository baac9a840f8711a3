import { ScimError, errorBody, invalidSyntax } from '@rollcall/scim'
import type { FastifyError, FastifyReply } from 'fastify'
import { Forbidden, Unauthenticated } from '../access/errors.ts'
import { DatabaseUnavailable } from '../store/database.ts'

/** Of every body that SCIM answers with (RFC 7644 §8.1). */
export const mediaType = 'application/scim+json; charset=utf-8'

/** Answers with the error in SCIM's own form (RFC 7644 §3.12). */
export function sendError(reply: FastifyReply, error: ScimError): FastifyReply {
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="SCIM"')
  if (error.status === 503) reply.header('retry-after', '5')
  return reply
    .code(error.status)
    .type(mediaType)
    .send(JSON.stringify(errorBody(error)))
}

/** The refusal that an error means to a SCIM client; undefined for what is a fault of this server. */
export function refusalOf(error: unknown): ScimError | undefined {
  if (error instanceof ScimError) return error
  if (error instanceof Unauthenticated) return new ScimError(401, undefined, error.message)
  if (error instanceof Forbidden) return new ScimError(403, undefined, error.message)
  if (error instanceof DatabaseUnavailable)
    return new ScimError(503, undefined, 'the server cannot reach its database; try again')
  return isFastifyError(error) ? transportRefusal(error) : undefined
}

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && 'statusCode' in error

function transportRefusal(error: FastifyError): ScimError | undefined {
  switch (error.statusCode) {
    case 413:
      return new ScimError(413, undefined, 'the body is larger than 1 MiB')
    case 415:
      return new ScimError(415, undefined, 'the body must be application/scim+json or application/json, in UTF-8')
    case undefined:
      return undefined
    default:
      return error.statusCode < 500 ? invalidSyntax('the request is not well-formed HTTP') : undefined
  }
}
