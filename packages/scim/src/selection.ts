import { coreAttributes } from './canonical.ts'
import { invalidValue, ScimError } from './errors.ts'
import { isArray, type JsonObject } from './json.ts'
import { type AttributePath, formatPath, member, parsePath, quote } from './path.ts'
import { findExtensionSchema } from './resource.ts'
import type { Attribute, Json, Resource, ResourceType } from './schema.ts'

/**
 * What a caller asked to see: with `attributes` only what is named (and what is always returned), with
 * `excludedAttributes` everything that is returned by default but what is named.
 */
export type Selection = {
  readonly kind: 'attributes' | 'excludedAttributes'
  /** By the attribute's path as `formatPath` writes it: the whole attribute, or some of its sub-attributes. */
  readonly named: ReadonlyMap<string, Part>
}

/** The names of sub-attributes, or the whole attribute. */
type Part = 'whole' | ReadonlySet<string>

export type SelectionQuery = {
  readonly attributes?: readonly string[]
  readonly excludedAttributes?: readonly string[]
}

/**
 * Reads the names of `attributes` or `excludedAttributes` (RFC 7644 §3.9), in any case, with or without URN; the URN
 * of an extension alone names all of it. An empty list is read as none.
 *
 * @returns undefined when neither is given
 * @throws ScimError invalidValue for both at once, or a name that the type does not have
 */
export function parseSelection(type: ResourceType, query: SelectionQuery): Selection | undefined {
  const { attributes = [], excludedAttributes = [] } = query
  if (attributes.length > 0 && excludedAttributes.length > 0) {
    throw invalidValue('attributes and excludedAttributes cannot be used together')
  }
  if (attributes.length > 0) return { kind: 'attributes', named: readNames(type, attributes) }
  if (excludedAttributes.length > 0) return { kind: 'excludedAttributes', named: readNames(type, excludedAttributes) }
  return undefined
}

/**
 * Whether a response may hold the attribute, so that a server can spare itself the work of finding its value.
 * Asks about an attribute that is returned by default.
 *
 * @param attributeName as the schema spells it, with the URN and a colon before it in an extension
 */
export function isSelected(selection: Selection | undefined, attributeName: string): boolean {
  if (selection === undefined) return true
  const part = selection.named.get(attributeName)
  return selection.kind === 'attributes' ? part !== undefined : part !== 'whole'
}

/**
 * The part of a whole resource, `id` and `meta` included, that a response shows: what is returned always, what the
 * selection asks for, without a selection the defaults, and never what is never returned (RFC 7643 §7).
 *
 * `schemas` names the extensions that the part has attributes of: they stand for "the attributes present in the
 * current JSON structure" (RFC 7643 §3).
 */
export function project(type: ResourceType, resource: Resource, selection?: Selection): Resource {
  const extensions = type.extensions
    .map(({ schema: { id, attributes } }) => {
      return [id, projectAttributes(id, attributes, member(resource, id), selection)] as const
    })
    .filter(([, attributes]) => Object.keys(attributes).length > 0)
  return {
    schemas: [type.schema.id, ...extensions.map(([id]) => id)],
    ...projectAttributes(undefined, coreAttributes(type), resource, selection),
    ...Object.fromEntries(extensions),
  }
}

function readNames(type: ResourceType, names: readonly string[]): ReadonlyMap<string, Part> {
  const named = new Map<string, Part>()
  for (const path of names.flatMap((name) => readName(type, name.trim()))) {
    const whole = formatPath({ ...path, subAttribute: undefined })
    named.set(whole, joinParts(named.get(whole), path.subAttribute))
  }
  return named
}

function readName(type: ResourceType, name: string): readonly AttributePath[] {
  const extension = findExtensionSchema(type, name)
  if (extension === undefined) return [readPathName(type, name)]
  return extension.attributes.map((attribute) => ({ extension: extension.id, attribute, subAttribute: undefined }))
}

function readPathName(type: ResourceType, name: string): AttributePath {
  try {
    return parsePath(type, name)
  } catch (error) {
    if (error instanceof ScimError) throw invalidValue(`${type.name} has no attribute ${quote(name)}`)
    throw error
  }
}

function joinParts(part: Part | undefined, subAttribute: Attribute | undefined): Part {
  if (part === 'whole' || subAttribute === undefined) return 'whole'
  return new Set([...(part ?? []), subAttribute.name])
}

function projectAttributes(
  extension: string | undefined,
  attributes: readonly Attribute[],
  owner: Json | undefined,
  selection: Selection | undefined,
): JsonObject {
  const projected: { [name: string]: Json } = {}
  for (const attribute of attributes) {
    const value = member(owner, attribute.name)
    const part = selection?.named.get(formatPath({ extension, attribute, subAttribute: undefined }))
    const shown = value === undefined ? undefined : projectValue(attribute, value, selection?.kind, part)
    if (shown !== undefined) projected[attribute.name] = shown
  }
  return projected
}

/** What is shown of a value of which the selection names the given part; undefined for nothing. */
function projectValue(
  attribute: Attribute,
  value: Json,
  kind: Selection['kind'] | undefined,
  part: Part | undefined,
): Json | undefined {
  if (!isShown(attribute, kind, part)) return undefined
  const shownSubs = attribute.subAttributes?.filter((subAttribute) => isSubShown(subAttribute, kind, part))
  if (shownSubs === undefined || shownSubs.length === attribute.subAttributes?.length) return value
  if (!isArray(value)) return pick(value, shownSubs)
  const values = value.map((one) => pick(one, shownSubs)).filter((one) => one !== undefined)
  return values.length === 0 ? undefined : values
}

function isShown({ returned }: Attribute, kind: Selection['kind'] | undefined, part: Part | undefined): boolean {
  if (returned === 'always') return true
  if (returned === 'never') return false
  if (kind === 'attributes') return part !== undefined
  return returned === 'default' && part !== 'whole'
}

/** Named alone, a sub-attribute is shown or hidden alone; named with its attribute, it follows its own default. */
function isSubShown(
  { name, returned }: Attribute,
  kind: Selection['kind'] | undefined,
  part: Part | undefined,
): boolean {
  if (returned === 'always') return true
  if (returned === 'never') return false
  if (part === undefined || part === 'whole') return returned === 'default'
  return kind === 'attributes' ? part.has(name) : returned === 'default' && !part.has(name)
}

function pick(value: Json, subAttributes: readonly Attribute[]): Json | undefined {
  const picked: { [name: string]: Json } = {}
  for (const { name } of subAttributes) {
    const one = member(value, name)
    if (one !== undefined) picked[name] = one
  }
  return Object.keys(picked).length === 0 ? undefined : picked
}
