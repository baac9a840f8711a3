import {
  arrangeResource,
  attributePaths,
  coreAttributes,
  requireAttributes,
  sameResource,
  valueAt,
  withMember,
  withValueAt,
} from './canonical.ts'
import { invalidSyntax, invalidValue, mutability } from './errors.ts'
import { isArray, isObject, sameJson } from './json.ts'
import { findAttribute, member } from './path.ts'
import type { Attribute, Json, Resource, ResourceType, Schema } from './schema.ts'
import { isUnassigned, readAttribute, readMembers } from './value.ts'

/**
 * Reads the body of a POST into a resource in canonical form, without `id` and `meta`, which the server adds.
 *
 * Names are read in any case. Attributes that the type does not have are ignored, and so are those that are readOnly
 * (RFC 7644 §3.3).
 *
 * @throws ScimError invalidSyntax or invalidValue
 */
export function readResource(type: ResourceType, body: unknown): Resource {
  const resource = arrangeResource(type, readBody(type, body))
  requireAttributes(type, resource)
  return resource
}

/**
 * Reads the body of a PUT into the resource that takes the place of `current` (RFC 7644 §3.5.1): what the body leaves
 * out is cleared, but for what is readOnly, immutable or `keptWhenOmitted`.
 *
 * @returns `current` itself, the same object, when the body changes nothing
 * @throws ScimError invalidSyntax, invalidValue, or mutability when an immutable attribute would change
 */
export function replaceResource(type: ResourceType, current: Resource, body: unknown): Resource {
  const before = arrangeResource(type, current)
  const after = arrangeResource(type, carryOver(type, before, readBody(type, body)))
  requireAttributes(type, after)
  return sameResource(type, before, after) ? current : after
}

function readBody(type: ResourceType, body: unknown): Resource {
  if (!isObject(body)) throw invalidSyntax('the body must be a JSON object')
  const members = readMembers<Attribute | Schema>(
    body,
    (name) => findAttribute(type, name) ?? findExtensionSchema(type, name),
  )
  requireCoreSchema(type, members)

  let resource: Resource = readAttributes(coreAttributes(type), members)
  for (const { schema } of type.extensions) {
    resource = withMember(resource, schema.id, readExtension(type, schema, members.get(schema)))
  }
  return resource
}

/** The schema of the type's extension with that URN, in any case. */
export function findExtensionSchema(type: ResourceType, urn: string): Schema | undefined {
  const lower = urn.toLowerCase()
  return type.extensions.find(({ schema }) => schema.id.toLowerCase() === lower)?.schema
}

/** Unknown URNs beside the type's own are no error: Entra ID lists one of Microsoft's when it creates a group. */
function requireCoreSchema(type: ResourceType, members: ReadonlyMap<Attribute | Schema, unknown>): void {
  const attribute = findAttribute(type, 'schemas')
  const schemas = attribute && members.get(attribute)
  const isUrnList = isArray(schemas) && schemas.every((urn) => typeof urn === 'string')
  if (!isUrnList || schemas.length === 0) throw invalidSyntax('schemas must be an array of schema URNs')
  const core = type.schema.id.toLowerCase()
  if (!schemas.some((urn) => urn.toLowerCase() === core)) throw invalidSyntax(`schemas must have ${type.schema.id}`)
}

function readExtension(type: ResourceType, schema: Schema, json: unknown): Resource | undefined {
  if (isUnassigned(json)) return undefined
  if (!isObject(json)) throw invalidValue(`${schema.id} takes an object`)
  const members = readMembers(json, (name) => findAttribute(type, name, schema.id))
  return readAttributes(schema.attributes, members)
}

function readAttributes(attributes: readonly Attribute[], members: ReadonlyMap<Attribute | Schema, unknown>): Resource {
  const resource: { [name: string]: Json } = {}
  for (const attribute of attributes) {
    if (attribute.mutability === 'readOnly') continue
    const value = readAttribute(attribute, members.get(attribute))
    if (value !== undefined) resource[attribute.name] = value
  }
  return resource
}

function carryOver(type: ResourceType, current: Resource, wanted: Resource): Resource {
  let resource = wanted
  for (const path of attributePaths(type)) {
    const value = carryOverValue(path.attribute, valueAt(current, path), valueAt(wanted, path))
    if (value !== valueAt(wanted, path)) resource = withValueAt(resource, path, value)
  }
  return resource
}

/** What an attribute holds after a PUT. The sub-attributes of a value that has no siblings follow the same rules. */
function carryOverValue(
  attribute: Attribute,
  current: Json | undefined,
  wanted: Json | undefined,
  name = attribute.name,
): Json | undefined {
  if (attribute.mutability === 'readOnly') return current
  if (wanted === undefined) return isKeptWhenOmitted(attribute) ? current : undefined
  if (current === undefined) return wanted
  if (attribute.mutability === 'immutable' && !sameJson(current, wanted)) throw mutability(`${name} cannot be changed`)
  if (!isObject(current) || !isObject(wanted)) return wanted

  let value = wanted
  for (const subAttribute of attribute.subAttributes ?? []) {
    const [before, after] = [member(current, subAttribute.name), member(wanted, subAttribute.name)]
    const carried = carryOverValue(subAttribute, before, after, `${name}.${subAttribute.name}`)
    if (carried !== after) value = withMember(value, subAttribute.name, carried)
  }
  return value
}

function isKeptWhenOmitted(attribute: Attribute): boolean {
  return attribute.keptWhenOmitted === true || attribute.mutability === 'immutable'
}
