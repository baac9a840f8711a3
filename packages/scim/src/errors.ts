/** The detail keywords of RFC 7644 §3.12, Table 9. */
export type ScimType =
  | 'invalidFilter'
  | 'invalidPath'
  | 'invalidSyntax'
  | 'invalidValue'
  | 'mutability'
  | 'noTarget'
  | 'sensitive'
  | 'tooMany'
  | 'uniqueness'

/** A refusal that the client caused, or must know of: becomes a SCIM Error body (RFC 7644 §3.12). */
export class ScimError extends Error {
  override readonly name = 'ScimError'
  readonly status: number
  readonly scimType: ScimType | undefined

  constructor(status: number, scimType: ScimType | undefined, detail: string) {
    super(detail)
    this.status = status
    this.scimType = scimType
  }
}

export const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** The JSON body of an error; `status` is a string, as the RFC has it. */
export function errorBody(error: ScimError): {
  readonly schemas: readonly string[]
  readonly status: string
  readonly scimType?: ScimType
  readonly detail: string
} {
  return {
    schemas: [errorSchema],
    status: String(error.status),
    ...(error.scimType !== undefined && { scimType: error.scimType }),
    detail: error.message,
  }
}

export const invalidFilter = (detail: string) => new ScimError(400, 'invalidFilter', detail)
export const invalidPath = (detail: string) => new ScimError(400, 'invalidPath', detail)
export const invalidSyntax = (detail: string) => new ScimError(400, 'invalidSyntax', detail)
export const invalidValue = (detail: string) => new ScimError(400, 'invalidValue', detail)
export const mutability = (detail: string) => new ScimError(400, 'mutability', detail)
export const noTarget = (detail: string) => new ScimError(400, 'noTarget', detail)
export const uniqueness = (detail: string) => new ScimError(409, 'uniqueness', detail)
export const notFound = (detail: string) => new ScimError(404, undefined, detail)
export const preconditionFailed = (detail: string) => new ScimError(412, undefined, detail)
