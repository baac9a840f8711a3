import { type JsonObject, isArray, isObject } from './json.ts'
import { findAttribute, findSubAttribute } from './path.ts'
import type { Attribute, ResourceType } from './schema.ts'

/*
 * The forgiving readings: where a client in the field sends something else than the RFCs have it and means one thing
 * only. Each names its client and the request that was seen. Nothing else in the engine bends.
 */

/**
 * A boolean, also as text in any case.
 *
 * Entra ID without `aadOptscim062020`: `{"op":"Replace","path":"active","value":"False"}`.
 */
export function readBoolean(json: unknown): boolean | undefined {
  if (typeof json === 'boolean') return json
  if (typeof json !== 'string') return undefined
  const text = json.toLowerCase()
  if (text === 'true') return true
  return text === 'false' ? false : undefined
}

/**
 * Whether a JSON string stands for no value at all.
 *
 * Okta sends every mapped attribute, those without a value as `""`; its test case C9337 asks that this is no error.
 */
export function isEmptyText(json: unknown): boolean {
  return json === ''
}

/**
 * The object meant by a text that stands for a complex attribute which has a `value` and takes one.
 *
 * Entra ID on the manager of a user, in a POST and in a PATCH alike: `"manager":"2819c223"`.
 */
export function readBareValue(attribute: Attribute, json: unknown): unknown {
  const standsForObject = typeof json === 'string' && !attribute.multiValued
  return standsForObject && findSubAttribute(attribute, 'value') !== undefined ? { value: json } : json
}

/**
 * The value meant by a list of one in a PATCH, where one value is due.
 *
 * Entra ID on the manager of a user: `"value":[{"$ref":"…","value":"2819c223"}]`.
 */
export function readListOfOne(json: unknown): unknown {
  return isArray(json) && json.length === 1 ? json[0] : json
}

/**
 * The values meant by a PATCH that adds to, or removes from, a multi-valued attribute.
 *
 * RFC 7644 §3.5.2.1 says "a new value is added", which clients that add one member at a time read as
 * `{"op":"add","path":"members","value":{"value":"2819c223"}}`.
 */
export function readPatchValues(json: unknown): unknown {
  return isObject(json) ? [json] : json
}

/**
 * Whether a PATCH operation means the whole resource.
 *
 * `null`: clients that write out their unset members. `"None"`: the request examples of Datadog's SCIM reference.
 */
export function isPathless(path: unknown): boolean {
  return path === undefined || path === null || path === 'None'
}

/**
 * The path of a PATCH or a filter with the URN of the extension that alone has the attribute.
 *
 * Entra ID's documentation sets the manager of a user with `"path":"manager"`, and Entra ID asks whether someone has
 * a manager with `id eq "1" and manager eq "2"`, where RFC 7644 §3.10 wants the URN.
 */
export function qualifyPath(type: ResourceType, path: string): string {
  const [name = ''] = path.split(/[.[]/, 1)
  if (findAttribute(type, name) !== undefined) return path
  const [owner, ...others] = type.extensions.filter(({ schema }) => findAttribute(type, name, schema.id) !== undefined)
  return owner === undefined || others.length > 0 ? path : `${owner.schema.id}:${path}`
}

/**
 * Attributes that a PATCH may name though no schema here has them; what it sends is thrown away.
 *
 * Okta with password synchronization: `{"op":"replace","path":"password","value":"…"}`, and a push that fails over
 * it takes the profile with it.
 */
export const discardedAttributes: readonly string[] = ['password']

/** `type` and `primary` of RFC 7643 §2.4 describe a value; they are none. */
const labels: ReadonlySet<string> = new Set(['type', 'primary'])

/**
 * Whether a value of a multi-valued attribute holds nothing beyond its labels, and so is no value.
 *
 * Okta for a mapped but empty telephone number: `"phoneNumbers":[{"type":"mobile","value":""}]`; Entra ID after
 * removing `phoneNumbers[type eq "mobile"].value`.
 */
export function isBlankValue(value: JsonObject): boolean {
  return Object.keys(value).every((name) => labels.has(name))
}
