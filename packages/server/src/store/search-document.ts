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
  const search = comparable(type.schema.attributes, resource)
  for (const { schema } of type.extensions) {
    const values = resource[schema.id]
    if (isObject(values)) search[schema.id] = comparable(schema.attributes, values)
  }
  if (resource.schemas !== undefined) search.schemas = resource.schemas
  return search
}

function comparable(attributes: readonly Attribute[], values: Resource): { [name: string]: Json } {
  const made: { [name: string]: Json } = {}
  for (const attribute of attributes) {
    const value = values[attribute.name]
    if (value !== undefined) made[attribute.name] = comparableValue(attribute, value)
  }
  return made
}

function comparableValue(attribute: Attribute, value: Json): Json {
  if (typeof value === 'string') {
    return attribute.type === 'dateTime' ? (parseDateTime(value) ?? null) : attributeKey(attribute)(value)
  }
  if (Array.isArray(value)) return value.map((item: Json) => comparableValue(attribute, item))
  return attribute.subAttributes && isObject(value) ? comparable(attribute.subAttributes, value) : value
}

/** The values by which people are looked up without reading their documents. */
export function indexedValues(search: Resource): readonly UserValue[] {
  const emails = Array.isArray(search.emails) ? search.emails : []
  const keys = emails.flatMap((email: Json) =>
    isObject(email) && typeof email.value === 'string' ? [email.value] : [],
  )
  const userName = typeof search.userName === 'string' ? [{ attribute: indexedUserName, key: search.userName }] : []
  return [...userName, ...[...new Set(keys)].map((key) => ({ attribute: indexedEmail, key }))]
}

/** The names under which values stand among the indexed ones. */
export const indexedUserName = 'userName'
export const indexedEmail = 'emails.value'

const isObject = (value: Json | undefined): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
