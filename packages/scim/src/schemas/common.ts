import type { Attribute } from '../schema.ts'
import { complex, dateTime, reference, string } from './define.ts'

/**
 * The attributes that every resource has (RFC 7643 §3 and §3.1). No schema lists them, yet filters, paths and
 * projections name them like any other.
 *
 * `schemas` is readOnly here: it follows from the attributes that a resource has values for.
 */
export const commonAttributes: readonly Attribute[] = [
  reference('schemas', 'The URIs of the schemas that the resource has attributes of.', ['uri'], {
    multiValued: true,
    mutability: 'readOnly',
    returned: 'always',
  }),
  string('id', 'The identifier of the resource, issued by this server and never used again.', {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  // The value is looked for through a B-tree index, which takes entries of up to 2,704 bytes.
  string('externalId', 'The identifier of the resource at the client.', { caseExact: true, maxBytes: 512 }),
  complex('meta', 'What the server knows about the resource.', metaAttributes(), { mutability: 'readOnly' }),
]

function metaAttributes(): readonly Attribute[] {
  return [
    string('resourceType', 'The name of the resource type.', { caseExact: true, mutability: 'readOnly' }),
    dateTime('created', 'When the resource was made.', { mutability: 'readOnly' }),
    dateTime('lastModified', 'When the resource was last changed.', { mutability: 'readOnly' }),
    reference('location', 'The URI of the resource.', ['uri'], { mutability: 'readOnly' }),
    string('version', 'The version of the resource, as in its ETag.', { caseExact: true, mutability: 'readOnly' }),
  ]
}
