import { invalidPath } from './errors.ts'
import { isArray, isObject } from './json.ts'
import { isPrintableAscii } from './key.ts'
import type { Attribute, Json, Resource, ResourceType } from './schema.ts'
import { commonAttributes } from './schemas/common.ts'

/** An attribute or sub-attribute of a resource type, as `attributes`, `sortBy`, filters and patches name it. */
export type AttributePath = {
  /** The URN of the extension that the attribute belongs to; undefined for the attributes of the type itself. */
  readonly extension: string | undefined
  readonly attribute: Attribute
  readonly subAttribute: Attribute | undefined
}

/**
 * Reads `attr` or `attr.sub`, with or without the URN of its schema, in any case (RFC 7644 §3.10).
 *
 * @throws ScimError invalidPath when the type has no such attribute
 */
export function parsePath(type: ResourceType, text: string): AttributePath {
  const { extension, rest } = splitUrn(type, text)
  const [name = '', subName, ...more] = rest.split('.')
  const attribute = findAttribute(type, name, extension)
  if (attribute === undefined || more.length > 0) throw unknownPath(type, text)
  if (subName === undefined) return { extension, attribute, subAttribute: undefined }
  const subAttribute = findSubAttribute(attribute, subName)
  if (subAttribute === undefined) throw unknownPath(type, text)
  return { extension, attribute, subAttribute }
}

/** The path as `parsePath` reads it, spelled as the schema does. */
export function formatPath({ extension, attribute, subAttribute }: AttributePath): string {
  const prefix = extension === undefined ? '' : `${extension}:`
  return `${prefix}${attribute.name}${subAttribute === undefined ? '' : `.${subAttribute.name}`}`
}

/** All the values at the path; those of multi-valued attributes one by one. */
export function readPath(resource: Resource, { extension, attribute, subAttribute }: AttributePath): readonly Json[] {
  const owner = extension === undefined ? resource : member(resource, extension)
  const values = flatten(member(owner, attribute.name))
  if (subAttribute === undefined) return values
  return values.flatMap((value) => flatten(member(value, subAttribute.name)))
}

/**
 * The attribute of that name, in any case: of the extension when its URN is given, else of the type's own schema or
 * one that every resource has.
 */
export function findAttribute(type: ResourceType, name: string, extension?: string): Attribute | undefined {
  const index = typeIndex(type)
  const attributes = extension === undefined ? index.core : index.extensions.get(extension)
  return attributes && lookUp(attributes, name)
}

/** The sub-attribute of that name, in any case; undefined for an attribute that is not complex. */
export function findSubAttribute(attribute: Attribute, name: string): Attribute | undefined {
  return attribute.subAttributes && lookUp(subAttributeIndex(attribute), name)
}

/** The value of an own member, never of a prototype. */
export function member(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** A text of a client for an error message: quoted, and no longer than a line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}

/** The URN is matched whole: it has dots and colons of its own. */
function splitUrn(type: ResourceType, text: string): { extension: string | undefined; rest: string } {
  if (!text.includes(':')) return { extension: undefined, rest: text }
  const lower = text.toLowerCase()
  const extension = type.extensions.find(({ schema }) => lower.startsWith(`${schema.id.toLowerCase()}:`))
  if (extension !== undefined) {
    return { extension: extension.schema.id, rest: text.slice(extension.schema.id.length + 1) }
  }
  if (lower.startsWith(`${type.schema.id.toLowerCase()}:`)) {
    return { extension: undefined, rest: text.slice(type.schema.id.length + 1) }
  }
  throw unknownPath(type, text)
}

const unknownPath = (type: ResourceType, text: string) => invalidPath(`${type.name} has no attribute ${quote(text)}`)

const flatten = (value: Json | undefined): readonly Json[] => {
  if (value === undefined) return []
  return isArray(value) ? value : [value]
}

type AttributeIndex = ReadonlyMap<string, Attribute>
type TypeIndex = { readonly core: AttributeIndex; readonly extensions: ReadonlyMap<string, AttributeIndex> }

// Names are looked up for every member of every body. The indexes say nothing that the definitions do not, and go
// with them.
const typeIndexes = new WeakMap<ResourceType, TypeIndex>()
const subAttributeIndexes = new WeakMap<Attribute, AttributeIndex>()

function typeIndex(type: ResourceType): TypeIndex {
  const known = typeIndexes.get(type)
  if (known !== undefined) return known
  const made = {
    core: indexByName([...commonAttributes, ...type.schema.attributes]),
    extensions: new Map(type.extensions.map(({ schema }) => [schema.id, indexByName(schema.attributes)])),
  }
  typeIndexes.set(type, made)
  return made
}

function subAttributeIndex(attribute: Attribute): AttributeIndex {
  const known = subAttributeIndexes.get(attribute)
  if (known !== undefined) return known
  const made = indexByName(attribute.subAttributes ?? [])
  subAttributeIndexes.set(attribute, made)
  return made
}

const indexByName = (attributes: readonly Attribute[]): AttributeIndex =>
  new Map(
    attributes.flatMap((attribute): [string, Attribute][] => [
      [attribute.name, attribute],
      [attribute.name.toLowerCase(), attribute],
    ]),
  )

/**
 * Names are mostly spelled as the schema does. In another case only ASCII is one (RFC 7643 §2.1): the Kelvin sign,
 * which lower cases to k, spells none.
 */
const lookUp = (attributes: AttributeIndex, name: string): Attribute | undefined =>
  attributes.get(name) ?? (isPrintableAscii(name) ? attributes.get(name.toLowerCase()) : undefined)
