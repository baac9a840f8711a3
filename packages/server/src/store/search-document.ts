import {
  type Attribute,
  type Json,
  type Resource,
  type ResourceType,
  attributeKey,
  parseDateTime,
} from '@rollcall/scim'
import type { UserValue } from './users.ts'

/**
 * The resource as comparisons see it: strings by their comparison key, dateTimes as epoch milliseconds, everything
 * else as it is. A filter over it in SQL selects what `matches` selects over the resource.
 */
export function searchDocument(type: ResourceType, resource: Resource): Resource {
  const core = comparable(type.schema.attributes, resource)
  const extensions = type.extensions.flatMap(({ schema }) => {
    const values = resource[schema.id]
    return isObject(values) ? [[schema.id, comparable(schema.attributes, values)] as const] : []
  })
  return {
    ...core,
    ...Object.fromEntries(extensions),
    ...(resource.schemas !== undefined && { schemas: resource.schemas }),
  }
}

function comparable(attributes: readonly Attribute[], values: Resource): Resource {
  const entries: [string, Json][] = []
  for (const attribute of attributes) {
    const value = Object.hasOwn(values, attribute.name) ? values[attribute.name] : undefined
    if (value !== undefined) entries.push([attribute.name, comparableValue(attribute, value)])
  }
  return Object.fromEntries(entries)
}

function comparableValue(attribute: Attribute, value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => comparableValue(attribute, item))
  if (attribute.subAttributes && isObject(value)) return comparable(attribute.subAttributes, value)
  if (typeof value !== 'string') return value
  return attribute.type === 'dateTime' ? (parseDateTime(value) ?? null) : attributeKey(attribute)(value)
}

/** The values by which people are looked up without reading their documents. */
export function indexedValues(search: Resource): readonly UserValue[] {
  const emails = Array.isArray(search.emails) ? search.emails : []
  const keys = emails.flatMap((email: Json) =>
    isObject(email) && typeof email.value === 'string' ? [email.value] : [],
  )
  return [...new Set(keys)].map((key) => ({ attribute: indexedEmail, key }))
}

/** The name under which e-mail addresses stand among the indexed values. */
export const indexedEmail = 'emails.value'

const isObject = (value: Json | undefined): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
