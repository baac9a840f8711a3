import { invalidValue } from './errors.ts'
import { type JsonObject, isArray, isObject } from './json.ts'
import { type AttributePath, member } from './path.ts'
import type { Attribute, Json, Resource, ResourceType } from './schema.ts'
import { commonAttributes } from './schemas/common.ts'
import { arrangeValue } from './value.ts'

/** The attributes of the type in canonical order, those of the extensions last; without `schemas`, which follows. */
export function attributePaths(type: ResourceType): readonly AttributePath[] {
  return layoutOf(type).paths
}

export function extensionPaths(extension: string, attributes: readonly Attribute[]): readonly AttributePath[] {
  return attributes.map((attribute) => ({ extension, attribute, subAttribute: undefined }))
}

/** The attributes outside of extensions, without `schemas`. */
export function coreAttributes(type: ResourceType): readonly Attribute[] {
  return layoutOf(type).core
}

type Layout = { readonly core: readonly Attribute[]; readonly paths: readonly AttributePath[] }

// Asked for several times with every body. A layout says nothing that the definitions do not, and goes with them.
const layouts = new WeakMap<ResourceType, Layout>()

function layoutOf(type: ResourceType): Layout {
  const known = layouts.get(type)
  if (known !== undefined) return known
  const core = [...commonAttributes.filter(({ name }) => name !== 'schemas'), ...type.schema.attributes]
  const layout = {
    core,
    paths: [
      ...core.map((attribute) => ({ extension: undefined, attribute, subAttribute: undefined })),
      ...type.extensions.flatMap(({ schema }) => extensionPaths(schema.id, schema.attributes)),
    ],
  }
  layouts.set(type, layout)
  return layout
}

/** What the resource holds for the attribute of the path, whole: its sub-attribute plays no part. */
export function valueAt(resource: Resource, { extension, attribute }: AttributePath): Json | undefined {
  return member(extension === undefined ? resource : member(resource, extension), attribute.name)
}

/** The resource with another value for the attribute of the path, or without the attribute. */
export function withValueAt(resource: Resource, path: AttributePath, value: Json | undefined): Resource {
  const { extension, attribute } = path
  if (extension === undefined) return withMember(resource, attribute.name, value)
  const owner = member(resource, extension)
  return withMember(resource, extension, withMember(isObject(owner) ? owner : {}, attribute.name, value))
}

/** The object with another value for the member; without the member when the value is unassigned. */
export function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const { [name]: _, ...others } = object
  return value === undefined ? others : { ...others, [name]: value }
}

/**
 * The resource in canonical form: the attributes of the schemas alone, in their order, nothing empty, and the
 * `schemas` that follow from that.
 */
export function arrangeResource(type: ResourceType, resource: Resource): Resource {
  const extensions = type.extensions
    .map(({ schema }) => [schema.id, arrangeAttributes(schema.attributes, member(resource, schema.id))] as const)
    .filter(([, attributes]) => Object.keys(attributes).length > 0)
  return {
    schemas: [type.schema.id, ...extensions.map(([id]) => id)],
    ...arrangeAttributes(coreAttributes(type), resource),
    ...Object.fromEntries(extensions),
  }
}

/**
 * Fails unless the resource has every required attribute, extension and sub-attribute. Those of an extension are
 * required where it holds something that a client wrote.
 *
 * @throws ScimError invalidValue
 */
export function requireAttributes(type: ResourceType, resource: Resource): void {
  for (const attribute of coreAttributes(type)) requireAttribute(attribute, member(resource, attribute.name))
  for (const { schema, required } of type.extensions) {
    const extension = member(resource, schema.id)
    const isWritten = schema.attributes.some(
      ({ name, mutability }) => mutability !== 'readOnly' && member(extension, name) !== undefined,
    )
    if (required && !isWritten) throw invalidValue(`${schema.id} is required`)
    if (!isWritten) continue
    for (const attribute of schema.attributes) requireAttribute(attribute, member(extension, attribute.name))
  }
}

/** Whether two resources in canonical form say the same. The values of an attribute have no order of their own. */
export function sameResource(type: ResourceType, a: Resource, b: Resource): boolean {
  return attributePaths(type).every((path) => sameValue(valueAt(a, path), valueAt(b, path)))
}

function arrangeAttributes(attributes: readonly Attribute[], owner: Json | undefined): JsonObject {
  const arranged: { [name: string]: Json } = {}
  for (const attribute of attributes) {
    const value = arrange(attribute, member(owner, attribute.name))
    if (value !== undefined) arranged[attribute.name] = value
  }
  return arranged
}

function arrange(attribute: Attribute, value: Json | undefined): Json | undefined {
  if (value === undefined || value === null) return undefined
  if (isArray(value)) return value.length === 0 ? undefined : value.map((one) => arrangeOne(attribute, one))
  const arranged = arrangeOne(attribute, value)
  return isObject(arranged) && Object.keys(arranged).length === 0 ? undefined : arranged
}

function arrangeOne(attribute: Attribute, value: Json): Json {
  return isObject(value) ? arrangeValue(attribute, value) : value
}

function requireAttribute(attribute: Attribute, value: Json | undefined, name = attribute.name): void {
  if (value === undefined) {
    if (attribute.required) throw invalidValue(`${name} is required`)
    return
  }
  const requiredOnes = attribute.subAttributes?.filter(({ required }) => required) ?? []
  for (const subAttribute of requiredOnes) {
    for (const one of isArray(value) ? value : [value]) {
      requireAttribute(subAttribute, member(one, subAttribute.name), `${name}.${subAttribute.name}`)
    }
  }
}

/** Whether two values of an attribute in canonical form say the same. */
export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  if (!isArray(a) || !isArray(b)) return JSON.stringify(a) === JSON.stringify(b)
  const texts = new Set(a.map((value) => JSON.stringify(value)))
  return a.length === b.length && b.every((value) => texts.has(JSON.stringify(value)))
}
