import { parseDateTime } from './date-time.ts'
import { isBlankValue, isEmptyText, readBareValue, readBoolean } from './dialect.ts'
import { invalidSyntax, invalidValue } from './errors.ts'
import { type JsonObject, isArray, isObject } from './json.ts'
import { isPrintableAscii, isWellFormedText, utf8Length } from './key.ts'
import { findSubAttribute, member } from './path.ts'
import type { Attribute, Json } from './schema.ts'

/** The most values that a multi-valued attribute takes: each is compared with the others on every change. */
export const maxValues = 1000

/**
 * The canonical form of what a client sent for an attribute, `undefined` when that is unassigned: `null`, `""`, `[]`,
 * `{}` (RFC 7643 §2.5).
 *
 * @param name what error messages call the attribute
 * @throws ScimError invalidValue, or invalidSyntax for a member that is given twice
 */
export function readAttribute(attribute: Attribute, json: unknown, name = attribute.name): Json | undefined {
  if (!attribute.multiValued) return readValue(attribute, json, name)
  const values = readValues(attribute, json, name)
  return values.length === 0 ? undefined : values
}

/** Whether the client gave no value: left it out, `null`, or an empty text. */
export function isUnassigned(json: unknown): boolean {
  return json === undefined || json === null || isEmptyText(json)
}

/** The canonical values of a multi-valued attribute, without those that are unassigned, each once. */
export function readValues(attribute: Attribute, json: unknown, name = attribute.name): readonly Json[] {
  if (isUnassigned(json)) return []
  if (!isArray(json)) throw invalidValue(`${name} takes an array of values`)
  if (json.length > maxValues) throw invalidValue(`${name} takes at most ${maxValues} values`)

  const values = json
    .map((value) => readValue(attribute, value, name))
    .filter((value) => value !== undefined)
    .filter((value) => !(isObject(value) && isBlankValue(value)))
  requireOnePrimary(values, name)
  return distinct(values)
}

/** The canonical form of one value of the attribute, be it multi-valued or not; `undefined` when unassigned. */
export function readValue(attribute: Attribute, json: unknown, name = attribute.name): Json | undefined {
  if (json === undefined || json === null) return undefined
  if (isEmptyText(json)) {
    if (attribute.required) throw invalidValue(`${name} must not be empty`)
    return undefined
  }
  return readTyped(attribute, json, name)
}

/**
 * The members of an object whose names are known, by what the name stands for.
 *
 * @throws ScimError invalidSyntax when two spellings of one name are there: which is meant would be a guess
 */
export function readMembers<Known>(
  object: { readonly [name: string]: unknown },
  find: (name: string) => Known | undefined,
): ReadonlyMap<Known, unknown> {
  const members = new Map<Known, unknown>()
  for (const [name, value] of Object.entries(object)) {
    const known = find(name)
    if (known === undefined) continue
    if (members.has(known)) throw invalidSyntax(`${name} is there twice, in different spellings`)
    members.set(known, value)
  }
  return members
}

/** An object with its members in the order of the schema, and no others. */
export function arrangeValue(attribute: Attribute, value: JsonObject): JsonObject {
  const arranged: { [name: string]: Json } = {}
  for (const { name } of attribute.subAttributes ?? []) {
    const inner = member(value, name)
    if (inner !== undefined) arranged[name] = inner
  }
  return arranged
}

/** The values without complete duplicates. Those of one attribute in canonical form are the same when their text is. */
export function distinct(values: readonly Json[]): readonly Json[] {
  if (values.length < 2) return values
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]))
  return byText.size === values.length ? values : [...byText.values()]
}

export function isPrimary(value: Json): boolean {
  return isObject(value) && value['primary'] === true
}

/** RFC 7643 §2.4: true for one value at most. Which of two the client prefers would be a guess. */
export function requireOnePrimary(values: readonly Json[], name: string): void {
  if (values.filter(isPrimary).length > 1) throw invalidValue(`${name} has more than one primary value`)
}

function readTyped(attribute: Attribute, json: unknown, name: string): Json | undefined {
  switch (attribute.type) {
    case 'boolean':
      return readBoolean(json) ?? refuse(name, 'true or false')
    case 'decimal':
      return isFiniteNumber(json) ? unsignedZero(json) : refuse(name, 'a number')
    case 'integer':
      return Number.isSafeInteger(json) && isFiniteNumber(json) ? unsignedZero(json) : refuse(name, 'an integer')
    case 'dateTime':
      return readFormat(
        attribute,
        json,
        name,
        (text) => parseDateTime(text) !== undefined,
        'a date and time with its zone, 2026-01-31T08:00:00Z',
      )
    case 'binary':
      return readFormat(attribute, json, name, isBase64, 'base64')
    case 'string':
    case 'reference':
      return readText(attribute, json, name)
    case 'complex':
      return readComplex(attribute, json, name)
  }
}

function readComplex(attribute: Attribute, json: unknown, name: string): JsonObject | undefined {
  const object = readBareValue(attribute, json)
  if (!isObject(object)) throw invalidValue(`${name} takes an object`)
  const members = readMembers(object, (member) => findSubAttribute(attribute, member))

  const value: { [name: string]: Json } = {}
  for (const subAttribute of attribute.subAttributes ?? []) {
    if (subAttribute.mutability === 'readOnly') continue
    const read = readAttribute(subAttribute, members.get(subAttribute), `${name}.${subAttribute.name}`)
    if (read !== undefined) value[subAttribute.name] = read
  }
  return Object.keys(value).length === 0 ? undefined : value
}

function readFormat(
  attribute: Attribute,
  json: unknown,
  name: string,
  isFormat: (text: string) => boolean,
  expected: string,
): string {
  const text = readText(attribute, json, name)
  return isFormat(text) ? text : refuse(name, expected)
}

function readText(attribute: Attribute, json: unknown, name: string): string {
  if (typeof json !== 'string') return refuse(name, 'a string')
  // Most text is ASCII, and that much is seen at once.
  if (isPrintableAscii(json) && json.length <= attribute.maxBytes) return json
  if (!isWellFormedText(json)) throw invalidValue(`${name} holds U+0000 or half a character`)
  if (utf8Length(json) > attribute.maxBytes) throw invalidValue(`${name} takes at most ${attribute.maxBytes} bytes`)
  return json
}

function refuse(name: string, expected: string): never {
  throw invalidValue(`${name} takes ${expected}`)
}

const isFiniteNumber = (json: unknown): json is number => typeof json === 'number' && Number.isFinite(json)

/** JSON.parse reads `-0` as a number of its own, which no store gives back. */
const unsignedZero = (value: number) => (value === 0 ? 0 : value)

/** Both alphabets of RFC 4648, as RFC 7643 §2.3.6 has it, with the padding or without. */
function isBase64(text: string): boolean {
  const padding = base64.exec(text)?.[1]
  if (padding === undefined) return false
  return padding === '' ? text.length % 4 !== 1 : text.length % 4 === 0
}

const base64 = /^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)(={0,2})$/
