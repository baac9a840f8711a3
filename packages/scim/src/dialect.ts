import { type JsonObject, isArray, isObject } from './json.ts'
import type { Attribute } from './schema.ts'

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
 * The object meant by a PATCH value for a complex attribute that takes one value.
 *
 * Entra ID on the manager of a user: `"value":[{"$ref":"…","value":"2819c223"}]` and `"value":"2819c223"`.
 */
export function readComplexPatchValue(attribute: Attribute, json: unknown): unknown {
  if (isArray(json) && json.length === 1) return json[0]
  const takesValue = attribute.subAttributes?.some((sub) => sub.name === 'value') === true
  return typeof json === 'string' && takesValue ? { value: json } : json
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
 * Attributes that a PATCH may name though no schema here has them; what it sends is thrown away.
 *
 * Okta with password synchronization: `{"op":"replace","path":"password","value":"…"}`, and a push that fails over
 * it takes the profile with it.
 */
export const discardedAttributes: readonly string[] = ['password']

/** `type` and `primary` of RFC 7643 §2.4 describe a value; they are none. */
const labels: readonly string[] = ['type', 'primary']

/**
 * Whether a value of a multi-valued attribute holds nothing beyond its labels, and so is no value.
 *
 * Okta for a mapped but empty telephone number: `"phoneNumbers":[{"type":"mobile","value":""}]`; Entra ID after
 * removing `phoneNumbers[type eq "mobile"].value`.
 */
export function isBlankValue(value: JsonObject): boolean {
  return Object.keys(value).every((name) => labels.includes(name))
}
