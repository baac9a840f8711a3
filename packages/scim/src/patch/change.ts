import { readBareValue, readListOfOne, readPatchValues } from '../dialect.ts'
import { invalidValue, mutability } from '../errors.ts'
import { isObject, type JsonObject } from '../json.ts'
import { type AttributePath, findSubAttribute } from '../path.ts'
import type { Attribute } from '../schema.ts'
import { isUnassigned, readAttribute, readMembers, readValue, readValues } from '../value.ts'
import type { Operation } from './operation.ts'
import { seedOf } from './seed.ts'
import { nameOf, type Target } from './target.ts'

export function clear(path: AttributePath): Operation {
  return path.attribute.multiValued ? { kind: 'setValues', path, values: [] } : { kind: 'set', path, value: undefined }
}

/**
 * What an add or replace of the target means.
 *
 * @throws ScimError invalidValue
 */
export function readWrite(op: 'add' | 'replace', target: Target, json: unknown): readonly Operation[] {
  const { path, filter } = target
  if (!path.attribute.multiValued) return readSet(op, path, json)
  if (filter !== undefined || path.subAttribute !== undefined) return readMatching(op, target, json)
  if (op === 'add') return [{ kind: 'addValues', path, values: readValues(path.attribute, readPatchValues(json)) }]
  return [{ kind: 'setValues', path, values: readValues(path.attribute, json) }]
}

/** RFC 7644 §3.5.2.3: of a complex attribute, the sub-attributes that are given are set and the others stay. */
function readSet(op: 'add' | 'replace', path: AttributePath, json: unknown): readonly Operation[] {
  const attribute = leafOf(path)
  const isWhole = path.subAttribute === undefined && attribute.type === 'complex'
  const value = isWhole ? undefined : readAttribute(attribute, json, nameOf(path))
  if (value !== undefined) return [{ kind: 'set', path, value }]
  if (isWhole && !isUnassigned(json)) return readSubAttributes(op, path, json)

  return op === 'add' ? [] : [{ kind: 'set', path, value: undefined }]
}

function readSubAttributes(op: 'add' | 'replace', path: AttributePath, json: unknown): readonly Operation[] {
  const { attribute } = path
  const object = readBareValue(attribute, readListOfOne(json))
  if (!isObject(object)) throw invalidValue(`${attribute.name} takes an object`)
  const members = readMembers(object, (name) => findSubAttribute(attribute, name))
  return [...members]
    .filter(([subAttribute]) => subAttribute.mutability !== 'readOnly')
    .flatMap(([subAttribute, value]) => readSet(op, { ...path, subAttribute }, value))
}

/** Reads a change to the values that a filter selects, or to a sub-attribute of all values. */
function readMatching(op: 'add' | 'replace', target: Target, json: unknown): readonly Operation[] {
  const { path, filter } = target
  const value = readPart(path, json)
  if (value === undefined) {
    if (op === 'add') return []
    return [{ kind: path.subAttribute === undefined ? 'removeMatching' : 'clearMatching', path, filter }]
  }
  if (op === 'replace' && path.subAttribute === undefined) return [{ kind: 'replaceMatching', path, filter, value }]
  return [{ kind: 'mergeMatching', path, filter, value, seed: seedOf(op, filter, value) }]
}

/** What is to be set in each value that matches. */
function readPart({ attribute, subAttribute }: AttributePath, json: unknown): JsonObject | undefined {
  if (subAttribute === undefined) {
    const whole = readValue(attribute, readListOfOne(json))
    if (isObject(whole)) return whole
    if (isUnassigned(json)) return undefined
    throw invalidValue(`${attribute.name} takes an object that has some of its sub-attributes`)
  }
  const value = readAttribute(subAttribute, json, `${attribute.name}.${subAttribute.name}`)
  return value === undefined ? undefined : { [subAttribute.name]: value }
}

/**
 * What a remove of the target means.
 *
 * @throws ScimError mutability for what is required, or invalidValue
 */
export function readRemoval({ path, filter }: Target, json: unknown): readonly Operation[] {
  if (path.subAttribute !== undefined) {
    requireOptional(path)
    const isOfValues = path.attribute.multiValued
    return [isOfValues ? { kind: 'clearMatching', path, filter } : { kind: 'set', path, value: undefined }]
  }
  if (filter !== undefined) return [{ kind: 'removeMatching', path, filter }]

  // Entra ID names the members to remove in the value: {"op":"Remove","path":"members","value":[{"value":"2819c223"}]}
  const listsValues = path.attribute.multiValued && json !== undefined && json !== null
  if (listsValues) {
    return [{ kind: 'removeValues', path, values: readValues(path.attribute, readPatchValues(json)) }]
  }
  requireOptional(path)
  return [clear(path)]
}

function requireOptional(path: AttributePath): void {
  if (leafOf(path).required) throw mutability(`${nameOf(path)} is required`)
}

const leafOf = ({ attribute, subAttribute }: AttributePath): Attribute => subAttribute ?? attribute
