import {
  type ResourceType,
  ScimError,
  listResponseSchema,
  notFound,
  resourceTypeDocument,
  schemaDocument,
  serviceProviderConfig,
} from '@rollcall/scim'

/** The discovery documents (RFC 7644 §4), made once: they tell of the server and of no organization. */
export type Discovery = {
  /** The JSON at a path below the base URL. @throws ScimError notFound */
  readonly document: (path: string) => string
}

export function discovery(baseUrl: string, types: readonly ResourceType[]): Discovery {
  const schemas = new Map(
    types
      .flatMap((type) => [type.schema, ...type.extensions.map(({ schema }) => schema)])
      .map((schema) => [schema.id, schemaDocument(schema, baseUrl)]),
  )
  const resourceTypes = new Map(types.map((type) => [type.name, resourceTypeDocument(type, baseUrl)]))

  const documents = new Map<string, string>([
    ['/ServiceProviderConfig', JSON.stringify(serviceProviderConfig({ baseUrl }))],
    ['/Schemas', listOf([...schemas.values()])],
    ['/ResourceTypes', listOf([...resourceTypes.values()])],
    ...[...schemas].map(([id, document]) => [`/Schemas/${id}`, JSON.stringify(document)] as const),
    ...[...resourceTypes].map(([name, document]) => [`/ResourceTypes/${name}`, JSON.stringify(document)] as const),
  ])

  return {
    document: (path) => {
      const document = documents.get(path)
      if (document === undefined) throw notFound(`this server has nothing at ${path.slice(0, 200)}`)
      return document
    },
  }
}

function listOf(resources: readonly object[]): string {
  return JSON.stringify({
    schemas: [listResponseSchema],
    totalResults: resources.length,
    startIndex: 1,
    itemsPerPage: resources.length,
    Resources: resources,
  })
}

/** A filter on discovery documents is refused, other parameters have no effect (RFC 7644 §4). */
export function refuseFilter(query: { readonly filter?: unknown }): void {
  if (query.filter !== undefined) throw new ScimError(403, undefined, 'discovery documents cannot be filtered')
}
