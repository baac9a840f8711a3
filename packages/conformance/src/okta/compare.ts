import { enterpriseUserSchemaId, type Json } from '@rollcall/scim'
import { isList, isObject, type UserBody } from './user-json.ts'

/** One attribute whose value in the app is not the one that Okta believes in; null is no value. */
export type AttributeDifference = {
  /** `title`, `name.givenName`, `emails[work].value`, or below the URN of an extension. */
  readonly attribute: string
  readonly expected: Json
  readonly actual: Json
}

/** What the app says of itself or of the user's access; Okta neither sets it nor reads it in a profile. */
const ofTheApp = new Set(['schemas', 'id', 'meta', 'groups', 'roles', 'entitlements'])

/** Derived by the app: `name.formatted`, which Okta does not map and lets go stale, and the display texts of values. */
function isDerived(attribute: string): boolean {
  return attribute === 'name.formatted' || /\.(\$ref|display)$/.test(attribute)
}

/** Read-only in RFC 7643 §4.3 and sent by Okta nevertheless: an app may drop it. */
const managerName = `${enterpriseUserSchemaId}:manager.displayName`

/**
 * Every attribute in which the two users differ, one that the app lost or invented included. The empty text, null and
 * the empty list are the same as absence (RFC 7643 §2.5), and so is `primary: false`; all else is compared exactly.
 */
export function compareUsers(expected: UserBody, actual: UserBody): readonly AttributeDifference[] {
  const sent = new Map(attributesOf(expected))
  const held = new Map(attributesOf(actual))
  return [...new Set([...sent.keys(), ...held.keys()])].flatMap((attribute) => {
    const difference = { attribute, expected: sent.get(attribute) ?? null, actual: held.get(attribute) ?? null }
    if (difference.expected === difference.actual) return []
    if (attribute === managerName && difference.actual === null) return []
    return [attribute === 'password' ? { ...difference, actual: '(a password)' } : difference]
  })
}

type Leaf = readonly [attribute: string, value: string | number | boolean]

function attributesOf(user: UserBody): readonly Leaf[] {
  return Object.entries(user)
    .filter(([name]) => !ofTheApp.has(name))
    .flatMap(([name, value]) => leavesOf(name, name.startsWith('urn:') ? ':' : '.', value))
    .filter(([attribute]) => !isDerived(attribute))
}

function leavesOf(attribute: string, separator: string, value: Json): readonly Leaf[] {
  if (isList(value)) return elementsOf(attribute, value)
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, inner]) => leavesOf(`${attribute}${separator}${name}`, '.', inner))
  }
  if (value === null || value === '' || (value === false && attribute.endsWith('.primary'))) return []
  return [[attribute, value]]
}

/** The leaves of a list, whose order has no meaning: an element is called by its type, equal names are numbered. */
function elementsOf(attribute: string, list: readonly Json[]): readonly Leaf[] {
  const ordered = list.map((element) => [JSON.stringify(element), element] as const).toSorted(byText)
  const uses = new Map<string, number>()
  return ordered.flatMap(([, element]) => {
    const type = isObject(element) && typeof element['type'] === 'string' ? element['type'] : ''
    const use = (uses.get(type) ?? 0) + 1
    uses.set(type, use)
    return leavesOf(`${attribute}[${use === 1 ? type : `${type}#${use}`}]`, '.', element)
  })
}

function byText([left]: readonly [string, Json], [right]: readonly [string, Json]): number {
  return left < right ? -1 : left > right ? 1 : 0
}
