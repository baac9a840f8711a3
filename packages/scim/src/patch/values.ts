import { isBlankValue } from '../dialect.ts'
import { withMember } from '../canonical.ts'
import { invalidValue, mutability, noTarget } from '../errors.ts'
import type { Filter } from '../filter.ts'
import { isObject, type JsonObject, sameJson } from '../json.ts'
import { matchesValue } from '../match.ts'
import { findSubAttribute, member } from '../path.ts'
import type { Attribute, Json } from '../schema.ts'
import { arrangeValue, distinct, isPrimary, maxValues, requireOnePrimary } from '../value.ts'
import { addValues, removeValues } from './entries.ts'
import type { MergeMatching, ValuesOperation } from './operation.ts'

/**
 * The values of a multi-valued attribute after the operation; `current` itself, the same array, when it changes none.
 *
 * @throws ScimError noTarget, mutability or invalidValue
 */
export function changeValues(operation: ValuesOperation, current: readonly Json[]): readonly Json[] {
  return settle(operation.path.attribute, current, perform(operation, current))
}

function perform(operation: ValuesOperation, current: readonly Json[]): readonly Json[] {
  const { attribute } = operation.path
  switch (operation.kind) {
    case 'setValues':
      return operation.values
    case 'addValues':
      return addValues(attribute, current, operation.values)
    case 'removeValues':
      return removeValues(attribute, current, operation.values)
    case 'removeMatching':
      return current.filter((value) => !isSelected(operation.filter, value))
    case 'replaceMatching':
      return changeMatching(attribute, operation.filter, current, () => operation.value) ?? failNoTarget(attribute)
    case 'clearMatching':
      return changeMatching(attribute, operation.filter, current, (value) => clearIn(operation, value)) ?? current
    case 'mergeMatching':
      return mergeMatching(attribute, operation, current)
  }
}

function mergeMatching(attribute: Attribute, operation: MergeMatching, current: readonly Json[]): readonly Json[] {
  const { filter, value, seed } = operation
  const changed = changeMatching(attribute, filter, current, (one) => mergeInto(attribute, one, value))
  if (changed !== undefined) return changed
  const created = seed && arrangeValue(attribute, { ...seed, ...value })
  return created && !isBlankValue(created) ? addValues(attribute, current, [created]) : failNoTarget(attribute)
}

/** The values, those that the filter selects changed; undefined when it selects none. */
function changeMatching(
  attribute: Attribute,
  filter: Filter | undefined,
  current: readonly Json[],
  change: (value: JsonObject) => JsonObject,
): readonly Json[] | undefined {
  const changes = new Map<Json, JsonObject>()
  for (const value of current) {
    if (isObject(value) && isSelected(filter, value)) changes.set(value, change(value))
  }
  if (changes.size === 0) return undefined
  requireOnePrimary(distinct([...changes.values()]), attribute.name)
  return current.map((value) => changes.get(value) ?? value)
}

function mergeInto(attribute: Attribute, value: JsonObject, part: JsonObject): JsonObject {
  const differing = Object.entries(part).filter(([name, given]) => !sameJson(member(value, name) ?? null, given))
  for (const [name] of differing) requireChangeable(attribute, value, name)
  return differing.length === 0 ? value : arrangeValue(attribute, { ...value, ...part })
}

function clearIn({ path: { attribute, subAttribute } }: ValuesOperation, value: JsonObject): JsonObject {
  if (subAttribute === undefined || member(value, subAttribute.name) === undefined) return value
  requireChangeable(attribute, value, subAttribute.name)
  return withMember(value, subAttribute.name, undefined)
}

function requireChangeable(attribute: Attribute, value: JsonObject, name: string): void {
  const isSet = member(value, name) !== undefined
  if (isSet && findSubAttribute(attribute, name)?.mutability === 'immutable') {
    throw mutability(`${attribute.name}.${name} cannot be changed`)
  }
}

/**
 * Puts a changed list in order: no blank value, no duplicate, one primary at most. A value that becomes primary takes
 * that from the one that was (RFC 7644 §3.5.2).
 */
function settle(attribute: Attribute, before: readonly Json[], after: readonly Json[]): readonly Json[] {
  if (after.length === before.length && after.every((value, i) => value === before[i])) return before
  const values = distinct(after.filter((value) => !(isObject(value) && isBlankValue(value))))
  if (values.length > maxValues) throw invalidValue(`${attribute.name} takes at most ${maxValues} values`)

  const known = new Set(before)
  const newPrimaries = new Set(values.filter((value) => isPrimary(value) && !known.has(value)))
  return newPrimaries.size === 0
    ? values
    : values.map((value) => (newPrimaries.has(value) ? value : demote(attribute, value)))
}

function demote(attribute: Attribute, value: Json): Json {
  return isObject(value) && isPrimary(value) ? arrangeValue(attribute, { ...value, primary: false }) : value
}

const isSelected = (filter: Filter | undefined, value: Json): boolean =>
  filter === undefined || matchesValue(filter, value)

function failNoTarget(attribute: Attribute): never {
  throw noTarget(`no value of ${attribute.name} matches the filter`)
}
