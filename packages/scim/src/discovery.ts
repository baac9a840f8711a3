import { defaultCount, maxCount } from './list.ts'
import type { Attribute, Json, Resource, ResourceType, Schema } from './schema.ts'

/**
 * What this server can do (RFC 7643 §5, with the `pagination` of RFC 9865 §4).
 *
 * @param options.baseUrl the URL that resource types hang below, without a slash at its end
 * @param options.documentationUri a page for the administrators of clients
 */
export function serviceProviderConfig(options: {
  readonly baseUrl: string
  readonly documentationUri?: string
}): Resource {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    ...(options.documentationUri !== undefined && { documentationUri: options.documentationUri }),
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: maxCount },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [bearerToken],
    pagination: {
      cursor: false,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: defaultCount,
      maxPageSize: maxCount,
    },
    meta: { resourceType: 'ServiceProviderConfig', location: `${options.baseUrl}/ServiceProviderConfig` },
  }
}

/** A schema as `/Schemas` shows it (RFC 7643 §7). */
export function schemaDocument(schema: Schema, baseUrl: string): Resource {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(attributeDocument),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  }
}

/** A resource type as `/ResourceTypes` shows it (RFC 7643 §6). */
export function resourceTypeDocument(type: ResourceType, baseUrl: string): Resource {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: type.id,
    name: type.name,
    endpoint: type.endpoint,
    description: type.description,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.id}` },
  }
}

const bearerToken = {
  type: 'oauthbearertoken',
  name: 'OAuth Bearer Token',
  description: 'An application key of the organization, sent as a bearer token in the Authorization header.',
  specUri: 'https://www.rfc-editor.org/info/rfc6750',
  primary: true,
}

/** The members that RFC 7643 §7 defines and no others: limits and keys are matters of this server. */
function attributeDocument(attribute: Attribute): Json {
  const { name, type, multiValued, description, required, mutability, returned, uniqueness } = attribute
  return {
    name,
    type,
    multiValued,
    description,
    required,
    ...(attribute.canonicalValues !== undefined && { canonicalValues: attribute.canonicalValues }),
    ...(isText(attribute) && { caseExact: attribute.caseExact }),
    mutability,
    returned,
    uniqueness,
    ...(attribute.referenceTypes !== undefined && { referenceTypes: attribute.referenceTypes }),
    ...(attribute.subAttributes !== undefined && { subAttributes: attribute.subAttributes.map(attributeDocument) }),
  }
}

/** Case means something to these types alone. */
const isText = ({ type }: Attribute) => type === 'string' || type === 'reference' || type === 'binary'
