import { type Resource, type Selection, project } from '@rollcall/scim'
import type { ResourceType } from '@rollcall/scim'
import { entityTag } from './conditions.ts'

/** A stored resource with what the server knows of it. */
export type Stored = {
  readonly id: string
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** JSON of the resource, an object, without `meta`. */
  readonly resource: string
}

export const locationOf = (baseUrl: string, type: ResourceType, id: string): string =>
  `${baseUrl}${type.endpoint}/${id}`

/**
 * The JSON that a caller gets of a resource. Without a selection it is the stored text with `meta` put at its end, and
 * nothing is parsed.
 */
export function representation(baseUrl: string, type: ResourceType, stored: Stored, selection?: Selection): string {
  const meta = {
    resourceType: type.name,
    created: stored.createdAt.toISOString(),
    lastModified: stored.updatedAt.toISOString(),
    location: locationOf(baseUrl, type, stored.id),
    version: entityTag(stored.version),
  }
  if (!selection) return `${stored.resource.slice(0, -1)},"meta":${JSON.stringify(meta)}}`
  const resource = JSON.parse(stored.resource) as Resource // written by the directory alone
  return JSON.stringify(project(type, { ...resource, meta }, selection))
}

/** A ListResponse (RFC 7644 §3.4.2) of resources that are JSON already. */
export function listResponse(list: {
  readonly totalResults: number
  readonly startIndex: number
  readonly resources: readonly string[]
}): string {
  const head = JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: list.totalResults,
    startIndex: list.startIndex,
    itemsPerPage: list.resources.length,
  })
  return `${head.slice(0, -1)},"Resources":[${list.resources.join(',')}]}`
}
