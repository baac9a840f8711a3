import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  applyPatch,
  type Json,
  maxValues,
  parsePatch,
  patchOpSchema,
  readResource,
  type Resource,
  type ResourceType,
  userResourceType,
  userSchemaId,
} from '@rollcall/scim'
import { describe, expect, test } from 'vitest'
import { deepFreeze } from '../deep-freeze.ts'
import { groupType, partSchemaId, strictType, thingSchemaId, thingType } from '../types.ts'

/** One exchange: a resource, the operations that a client sends, and what must come of it. */
type PatchCase = {
  readonly title: string
  /** User when absent. */
  readonly type?: string
  /** The attributes of the resource; its `schemas` follow from them. */
  readonly before: { readonly [name: string]: Json }
  readonly operations: readonly Json[]
  readonly after?: { readonly [name: string]: Json } | 'unchanged'
  /** The `scimType` of the refusal. */
  readonly error?: string
}

const directory = join(import.meta.dirname, '../patch-cases')

for (const file of readdirSync(directory)) {
  describe(`applyPatch: ${file}`, () => {
    test.each(readCases(file))('$title', ({ type, before, operations, after, error }) => {
      const resourceType = typeNamed(type)
      const resource = deepFreeze(readResource(resourceType, withSchemas(resourceType, before)))
      const patch = () => applyPatch(resourceType, resource, parsePatch(resourceType, bodyOf(operations)))

      if (error !== undefined) expect(patch).toThrow(expect.objectContaining({ scimType: error, status: 400 }))
      else if (after === 'unchanged') expect(patch()).toBe(resource)
      else expect(patch()).toStrictEqual(withSchemas(resourceType, after ?? {}))
    })
  })
}

describe('applyPatch on a resource as the server keeps it', () => {
  const stored = deepFreeze({
    schemas: [thingSchemaId, partSchemaId],
    id: '1',
    meta: { version: 'W/"1"' },
    text: 't',
    tags: [],
    stock: 3,
    [partSchemaId]: { number: '7', checkedBy: 'Ann' },
  })
  const patch = (...operations: Json[]) => applyPatch(thingType, stored, parsePatch(thingType, bodyOf(operations)))

  test('keeps what the server alone writes, and lists are never empty', () => {
    const { tags: _, ...others } = stored
    expect(patch({ op: 'replace', value: { text: 'u', stock: 4, id: '2' } })).toStrictEqual({ ...others, text: 'u' })
    expect(patch({ op: 'add', path: 'tags', value: [] })).toBe(stored)
  })

  test('keeps what the server alone writes in an extension that is cleared', () => {
    const patched = patch({ op: 'remove', path: partSchemaId })
    expect(patched).toHaveProperty([partSchemaId], { checkedBy: 'Ann' })
  })

  test('keeps an attribute within maxValues', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, i) => `${count}-${i}`)
    const full = patch({ op: 'add', path: 'tags', value: tags(maxValues) })
    const one = parsePatch(thingType, bodyOf([{ op: 'add', path: 'tags', value: ['one more'] }]))
    expect(() => applyPatch(thingType, full, one)).toThrow(expect.objectContaining({ scimType: 'invalidValue' }))
  })

  test('reads members in whatever order they are kept', () => {
    const kept = { userName: 'b', emails: [{ type: 'work', value: 'b@example.com' }], schemas: [userSchemaId] }
    const emails = [{ value: 'b@example.com', type: 'work' }]
    const same = parsePatch(userResourceType, bodyOf([{ op: 'replace', value: { emails, userName: 'b' } }]))
    expect(applyPatch(userResourceType, kept, same)).toBe(kept)
  })
})

function readCases(file: string): readonly PatchCase[] {
  return JSON.parse(readFileSync(join(directory, file), 'utf8')) as PatchCase[]
}

function typeNamed(name = 'User'): ResourceType {
  const type = [userResourceType, groupType, thingType, strictType].find((known) => known.name === name)
  if (type === undefined) throw new Error(`no type ${name}`)
  return type
}

function withSchemas(type: ResourceType, attributes: { readonly [name: string]: Json }): Resource {
  const extensions = Object.keys(attributes).filter((name) => name.startsWith('urn:'))
  return { schemas: [type.schema.id, ...extensions], ...attributes }
}

function bodyOf(operations: readonly Json[]): Json {
  return deepFreeze({ schemas: [patchOpSchema], Operations: operations })
}
