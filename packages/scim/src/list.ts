import { invalidValue, ScimError } from './errors.ts'
import { type Filter, parseFilter } from './filter.ts'
import { type AttributePath, findSubAttribute, parsePath } from './path.ts'
import type { ResourceType } from './schema.ts'
import { parseSelection, type Selection } from './selection.ts'

export const listResponseSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

/** What a client gets that names no count. */
export const defaultCount = 100

/** The longest page; a request for more is answered with this many (RFC 7644 §3.4.2.4). */
export const maxCount = 1000

/** A query of the resources of one type (RFC 7644 §3.4.2). */
export type ListQuery = {
  /** Undefined: all resources. */
  readonly filter: Filter | undefined
  /** Never a complex attribute: `emails` is read as `emails.value`. Undefined: an order of the server's choice. */
  readonly sortBy: AttributePath | undefined
  readonly sortOrder: 'ascending' | 'descending'
  /** The place of the first result, from 1. */
  readonly startIndex: number
  /** How many results at most, 0 to `maxCount`. */
  readonly count: number
  /** Undefined: the attributes that are returned by default. */
  readonly selection: Selection | undefined
}

/**
 * Reads the query string of a list request, a member per parameter. Parameters that SCIM does not know are ignored:
 * Entra ID adds `aadOptscim062020` to every request.
 *
 * @throws ScimError invalidFilter, or invalidValue that names the parameter
 */
export function parseListQuery(
  type: ResourceType,
  query: { readonly [name: string]: string | readonly string[] | undefined },
): ListQuery {
  const filter = readOnce(query, 'filter')
  const sortBy = readOnce(query, 'sortBy')
  return {
    filter: filter === undefined ? undefined : parseFilter(type, filter),
    sortBy: sortBy === undefined ? undefined : parseSortBy(type, sortBy),
    sortOrder: parseSortOrder(readOnce(query, 'sortOrder')),
    startIndex: Math.max(1, parseInteger('startIndex', readOnce(query, 'startIndex')) ?? 1),
    count: clamp(parseInteger('count', readOnce(query, 'count')) ?? defaultCount, 0, maxCount),
    selection: parseSelectionQuery(type, query),
  }
}

/**
 * Reads `attributes` and `excludedAttributes` of a query string, lists with commas between the names; every request
 * that is answered with a resource may have them (RFC 7644 §3.9).
 *
 * @throws ScimError invalidValue that names the parameter or the attribute
 */
export function parseSelectionQuery(
  type: ResourceType,
  query: { readonly [name: string]: string | readonly string[] | undefined },
): Selection | undefined {
  const attributes = splitNames(readOnce(query, 'attributes'))
  const excludedAttributes = splitNames(readOnce(query, 'excludedAttributes'))
  return parseSelection(type, {
    ...(attributes !== undefined && { attributes }),
    ...(excludedAttributes !== undefined && { excludedAttributes }),
  })
}

function readOnce(
  query: { readonly [name: string]: string | readonly string[] | undefined },
  name: string,
): string | undefined {
  const value = Object.hasOwn(query, name) ? query[name] : undefined
  if (value === undefined || typeof value === 'string') return value
  // Proxies and servers differ in which of two values counts.
  if (value.length > 1) throw invalidValue(`the parameter ${name} is given more than once`)
  return value[0]
}

/** An empty list of names is none, as of a form that leaves the field blank. */
function splitNames(text: string | undefined): readonly string[] | undefined {
  const names = text?.split(',').map((name) => name.trim())
  return names?.every((name) => name === '') ? undefined : names
}

function parseSortBy(type: ResourceType, text: string): AttributePath {
  const path = parseSortPath(type, text)
  const attribute = path.subAttribute ?? path.attribute
  if (attribute.type !== 'complex') return path
  const subAttribute = findSubAttribute(attribute, 'value')
  if (subAttribute !== undefined) return { ...path, subAttribute }
  throw invalidValue(`sortBy: ${attribute.name} is complex: name one of its sub-attributes`)
}

function parseSortPath(type: ResourceType, text: string): AttributePath {
  try {
    return parsePath(type, text)
  } catch (error) {
    if (error instanceof ScimError) throw invalidValue(`sortBy: ${error.message}`)
    throw error
  }
}

function parseSortOrder(text: string | undefined): 'ascending' | 'descending' {
  const order = text?.toLowerCase() ?? 'ascending'
  if (order === 'ascending' || order === 'descending') return order
  throw invalidValue('sortOrder is ascending or descending')
}

function parseInteger(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) throw invalidValue(`${name} is a whole number`)
  return value
}

const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high)
