import {
  arrangeResource,
  requireAttributes,
  sameResource,
  sameValue,
  valueAt,
  withMember,
  withValueAt,
} from '../canonical.ts'
import { mutability } from '../errors.ts'
import { isArray, isObject } from '../json.ts'
import { member } from '../path.ts'
import type { Json, Resource, ResourceType } from '../schema.ts'
import type { Operation, SetOperation } from './operation.ts'
import { changeValues } from './values.ts'

/**
 * Applies a patch to a copy of the resource (RFC 7644 §3.5.2.1–3), all of it or none.
 *
 * @returns the resource itself, the same object, when the patch changes nothing
 * @throws ScimError noTarget, mutability or invalidValue
 */
export function applyPatch(type: ResourceType, resource: Resource, operations: readonly Operation[]): Resource {
  const before = arrangeResource(type, resource)
  const changed = operations.reduce(applyOperation, before)
  if (changed === before) return resource

  const after = arrangeResource(type, changed)
  requireAttributes(type, after)
  return sameResource(type, before, after) ? resource : after
}

function applyOperation(resource: Resource, operation: Operation): Resource {
  const { attribute } = operation.path
  const before = valueAt(resource, operation.path)
  const after = operation.kind === 'set' ? changeValue(operation, before) : changeList(operation, before)
  if (after === before) return resource
  if (attribute.mutability === 'immutable' && before !== undefined && !sameValue(before, after)) {
    throw mutability(`${attribute.name} cannot be changed`)
  }
  return withValueAt(resource, operation.path, after)
}

function changeList(operation: Exclude<Operation, SetOperation>, before: Json | undefined): Json | undefined {
  const current = isArray(before) ? before : []
  const values = changeValues(operation, current)
  if (values === current) return before
  return values.length === 0 ? undefined : values
}

function changeValue({ path, value }: SetOperation, before: Json | undefined): Json | undefined {
  const { attribute, subAttribute } = path
  if (subAttribute === undefined) return value
  const object = isObject(before) ? before : {}
  const held = member(object, subAttribute.name)
  if (sameValue(held, value)) return before
  if (subAttribute.mutability === 'immutable' && held !== undefined) {
    throw mutability(`${attribute.name}.${subAttribute.name} cannot be changed`)
  }
  const changed = withMember(object, subAttribute.name, value)
  return Object.keys(changed).length === 0 ? undefined : changed
}
