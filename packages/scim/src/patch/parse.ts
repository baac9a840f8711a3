import { extensionPaths } from '../canonical.ts'
import { discardedAttributes, isPathless, qualifyPath } from '../dialect.ts'
import { invalidPath, invalidSyntax, invalidValue, mutability, noTarget, ScimError } from '../errors.ts'
import type { Filter } from '../filter.ts'
import { isArray, isObject } from '../json.ts'
import { findAttribute } from '../path.ts'
import { findExtensionSchema } from '../resource.ts'
import type { ResourceType, Schema } from '../schema.ts'
import { isUnassigned, readMembers } from '../value.ts'
import { clear, readRemoval, readWrite } from './change.ts'
import type { Operation } from './operation.ts'
import { isReadOnly, nameOf, parseTarget, type Target } from './target.ts'

export const patchOpSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** The most operations in one PATCH; without a path, each attribute of the value counts as one. */
export const maxOperations = 1000

/** The most comparisons in the filters of one PATCH: each is made with up to `maxValues` values. */
export const maxComparisons = 2000

/**
 * Reads the body of a PATCH (RFC 7644 §3.5.2) into changes of single attributes, in their order.
 *
 * Without a path, what the type does not have or the server alone writes is ignored: Okta repeats `id` in every such
 * value. A path that names the same is an error.
 *
 * @throws ScimError invalidSyntax, invalidPath, invalidFilter, invalidValue, mutability or noTarget
 */
export function parsePatch(type: ResourceType, body: unknown): readonly Operation[] {
  if (!isObject(body)) throw invalidSyntax('the body must be a JSON object')
  const members = readMembers(body, oneOf(['schemas', 'operations']))
  requirePatchSchema(members.get('schemas'))

  const operations = members.get('operations')
  if (!isArray(operations) || operations.length === 0) throw invalidSyntax('Operations must be an array, and not empty')
  requireAtMostMaxOperations(operations)
  const changes = operations.flatMap((operation) => readOperation(type, operation))
  requireAtMostMaxOperations(changes)
  requireAtMostMaxComparisons(changes)
  return changes
}

function requirePatchSchema(schemas: unknown): void {
  const wanted = patchOpSchema.toLowerCase()
  const has = isArray(schemas) && schemas.some((urn) => typeof urn === 'string' && urn.toLowerCase() === wanted)
  if (!has) throw invalidSyntax(`schemas must have ${patchOpSchema}`)
}

function requireAtMostMaxOperations(operations: readonly unknown[]): void {
  if (operations.length > maxOperations) throw invalidSyntax(`a PATCH has ${maxOperations} operations at most`)
}

function requireAtMostMaxComparisons(operations: readonly Operation[]): void {
  const filters = operations.flatMap((operation) => ('filter' in operation ? (operation.filter ?? []) : []))
  const comparisons = filters.reduce((sum, filter) => sum + countComparisons(filter), 0)
  if (comparisons > maxComparisons) throw invalidPath(`the paths of a PATCH have ${maxComparisons} comparisons at most`)
}

function countComparisons(filter: Filter): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.reduce((sum, operand) => sum + countComparisons(operand), 0)
    case 'not':
      return countComparisons(filter.operand)
    case 'valuePath':
      return countComparisons(filter.filter)
    case 'compare':
    case 'present':
      return 1
  }
}

type Op = 'add' | 'replace' | 'remove'

function readOperation(type: ResourceType, json: unknown): readonly Operation[] {
  if (!isObject(json)) throw invalidSyntax('an operation must be an object')
  const members = readMembers(json, oneOf(['op', 'path', 'value']))
  const [op, path, value] = [readOp(members.get('op')), members.get('path'), members.get('value')]
  if (op !== 'remove' && value === undefined) throw invalidSyntax(`${op} takes a value`)

  if (isPathless(path)) {
    if (op === 'remove') throw noTarget('remove takes a path')
    if (!isObject(value)) throw invalidValue('without a path, value must be an object of attributes')
    return Object.entries(value).flatMap(([key, json]) => readMember(type, op, key, json))
  }
  if (typeof path !== 'string') throw invalidPath('path must be a string')
  return readAtPath(type, op, path, value)
}

/** Entra ID sends "Add", "Replace" and "Remove". */
function readOp(json: unknown): Op {
  const op = typeof json === 'string' ? json.toLowerCase() : ''
  if (op === 'add' || op === 'replace' || op === 'remove') return op
  throw invalidSyntax('op must be add, replace or remove')
}

function readAtPath(type: ResourceType, op: Op, path: string, value: unknown): readonly Operation[] {
  const extension = findExtensionSchema(type, path)
  if (extension !== undefined) {
    return op === 'remove' ? clearExtension(type, extension) : readExtension(type, op, extension, value)
  }
  if (isDiscarded(type, path)) return []

  const target = parseTarget(type, qualifyPath(type, path))
  if (isReadOnly(target)) throw mutability(`${nameOf(target.path)} is written by the server alone`)
  return op === 'remove' ? readRemoval(target, value) : readWrite(op, target, value)
}

function isDiscarded(type: ResourceType, path: string): boolean {
  const lower = path.toLowerCase()
  const prefix = `${type.schema.id.toLowerCase()}:`
  const name = lower.startsWith(prefix) ? lower.slice(prefix.length) : lower
  return discardedAttributes.includes(name) && findAttribute(type, name) === undefined
}

/**
 * Reads one member of a value that came without a path. Its name may be a path, as Entra ID sends with
 * `aadOptscim062020`: `{"name.givenName":"Ann","emails[type eq \"work\"].value":"ann@example.com"}`.
 */
function readMember(type: ResourceType, op: 'add' | 'replace', key: string, value: unknown): readonly Operation[] {
  const extension = findExtensionSchema(type, key)
  if (extension !== undefined) return readExtension(type, op, extension, value)
  const target = findTarget(type, key)
  return target === undefined || isReadOnly(target) ? [] : readWrite(op, target, value)
}

/** The target that a member's name means; undefined when the type has no such attribute. */
function findTarget(type: ResourceType, key: string): Target | undefined {
  try {
    return parseTarget(type, key)
  } catch (error) {
    if (error instanceof ScimError && error.scimType === 'invalidPath') return undefined
    throw error
  }
}

function readExtension(
  type: ResourceType,
  op: 'add' | 'replace',
  schema: Schema,
  value: unknown,
): readonly Operation[] {
  if (isUnassigned(value)) return op === 'replace' ? clearExtension(type, schema) : []
  if (!isObject(value)) throw invalidValue(`${schema.id} takes an object`)
  return Object.entries(value).flatMap(([key, json]) => readMember(type, op, `${schema.id}:${key}`, json))
}

function clearExtension(type: ResourceType, schema: Schema): readonly Operation[] {
  const isRequired = type.extensions.some((extension) => extension.schema === schema && extension.required)
  if (isRequired) throw mutability(`${schema.id} is required`)
  return extensionPaths(schema.id, schema.attributes)
    .filter(({ attribute }) => attribute.mutability !== 'readOnly')
    .map(clear)
}

const oneOf =
  <Name extends string>(names: readonly Name[]) =>
  (name: string): Name | undefined =>
    names.find((known) => known === name.toLowerCase())
