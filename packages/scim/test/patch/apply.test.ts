import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  applyPatch,
  type Json,
  parsePatch,
  patchOpSchema,
  readResource,
  type Resource,
  type ResourceType,
  userResourceType,
} from '@rollcall/scim'
import { describe, expect, test } from 'vitest'
import { deepFreeze } from '../deep-freeze.ts'
import { groupType, thingType } from '../types.ts'

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

function readCases(file: string): readonly PatchCase[] {
  return JSON.parse(readFileSync(join(directory, file), 'utf8')) as PatchCase[]
}

function typeNamed(name = 'User'): ResourceType {
  const type = [userResourceType, groupType, thingType].find((known) => known.name === name)
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
