import { isObject, type JsonObject, sameJson } from '../json.ts'
import { attributeKey } from '../key.ts'
import { findSubAttribute, member } from '../path.ts'
import type { Attribute, Json } from '../schema.ts'
import { arrangeValue } from '../value.ts'

/**
 * The list with the values that it does not have yet at its end.
 *
 * Values are the same when their `value` is and their `type` does not contradict: RFC 7643 §2.4 wants a pair of
 * these once. Adding one again sets what else it brings and leaves alone what it does not: Okta adds a member with
 * its `display`, Entra ID without. Values that have no `value` are the same when all of them is.
 */
export function addValues(attribute: Attribute, current: readonly Json[], values: readonly Json[]): readonly Json[] {
  const list = [...current]
  const keyOf = entryKey(attribute)
  const positions = new Map<string, number[]>()
  list.forEach((value, i) => pushTo(positions, keyOf(value), i))

  for (const value of values) {
    const key = keyOf(value)
    const known = findEntry(attribute, list, positions.get(key) ?? [], value)
    if (known === undefined) pushTo(positions, key, list.push(value) - 1)
    else list[known] = mergeEntry(attribute, list[known] ?? value, value)
  }
  return list
}

/** The list without the values given. One that is not there is no error: it is gone, as was asked. */
export function removeValues(attribute: Attribute, current: readonly Json[], values: readonly Json[]): readonly Json[] {
  const keyOf = entryKey(attribute)
  const given = new Map<string, Json[]>()
  for (const value of values) pushTo(given, keyOf(value), value)
  return current.filter((value) => !given.get(keyOf(value))?.some((other) => typesAgree(attribute, value, other)))
}

/** The text that the same values share; `type` aside. */
function entryKey(attribute: Attribute): (value: Json) => string {
  const valueAttribute = findSubAttribute(attribute, 'value')
  const keyOf = valueAttribute && attributeKey(valueAttribute)
  return (value) => {
    const text = keyOf && member(value, 'value')
    return typeof text === 'string' ? `value ${keyOf?.(text)}` : JSON.stringify(value)
  }
}

/** The position of the same value, first one of the same type, then one that either side leaves untyped. */
function findEntry(
  attribute: Attribute,
  list: readonly Json[],
  positions: readonly number[],
  value: Json,
): number | undefined {
  const sameType = positions.find((i) => typeKey(attribute, list[i]) === typeKey(attribute, value))
  return sameType ?? positions.find((i) => typesAgree(attribute, list[i], value))
}

function typesAgree(attribute: Attribute, a: Json | undefined, b: Json | undefined): boolean {
  const [typeA, typeB] = [typeKey(attribute, a), typeKey(attribute, b)]
  return typeA === undefined || typeB === undefined || typeA === typeB
}

function typeKey(attribute: Attribute, value: Json | undefined): string | undefined {
  const type = member(value, 'type')
  const typeAttribute = findSubAttribute(attribute, 'type')
  return typeof type === 'string' && typeAttribute ? attributeKey(typeAttribute)(type) : undefined
}

/** The known value with what the other brings beyond its `value`, and beyond what it holds and may not change. */
function mergeEntry(attribute: Attribute, known: Json, added: Json): Json {
  if (!isObject(known) || !isObject(added)) return known
  const news = Object.entries(added).filter(([name, given]) => isNews(attribute, known, name, given))
  return news.length === 0 ? known : arrangeValue(attribute, { ...known, ...Object.fromEntries(news) })
}

function isNews(attribute: Attribute, known: JsonObject, name: string, given: Json): boolean {
  const held = member(known, name)
  if (held === undefined) return true
  const isFixed = name === 'value' || name === 'type' || findSubAttribute(attribute, name)?.mutability === 'immutable'
  return !isFixed && !sameJson(held, given)
}

function pushTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
