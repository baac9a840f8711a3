import type { Comparison, Filter } from '../filter.ts'
import { type JsonObject, sameJson } from '../json.ts'
import { attributeKey } from '../key.ts'
import { member } from '../path.ts'
import type { Attribute, Json } from '../schema.ts'
import { readAttribute } from '../value.ts'

/**
 * What a new value begins as when a filter matches none, read off the filter: `emails[type eq "work"]` begins as
 * `{type: "work"}`. Undefined when the filter is no plain list of such terms or contradicts what is to be set.
 *
 * Entra ID sets the work address of a user who has none with `emails[type eq "work"].value`, by add and by replace.
 * RFC 7644 §3.5.2.1 lets add create what is not there; §3.5.2.3 has replace fail with noTarget. Replace creates here
 * too, but only a value that the schema itself names: a canonical value of the sub-attribute, or a boolean that is
 * true, as in `roles[primary eq "True"].value`. Such a place is part of the attribute although it is empty, and a
 * replace of what is empty is an add. `emails[type eq "nope"].value` names no such place and fails.
 */
export function seedOf(op: 'add' | 'replace', filter: Filter | undefined, value: JsonObject): JsonObject | undefined {
  const seed: { [name: string]: Json } = {}
  for (const term of termsOf(filter)) {
    if (!isEquality(term) || Object.hasOwn(seed, term.path.attribute.name)) return undefined
    const { attribute } = term.path
    if (attribute.mutability === 'readOnly' || (op === 'replace' && !isNamedBySchema(attribute, term.value))) {
      return undefined
    }
    const given = readAttribute(attribute, term.value)
    if (given === undefined || !sameJson(given, member(value, attribute.name) ?? given)) return undefined
    seed[attribute.name] = given
  }
  return seed
}

function termsOf(filter: Filter | undefined): readonly Filter[] {
  if (filter === undefined) return []
  return filter.kind === 'and' ? filter.operands : [filter]
}

function isEquality(term: Filter): term is Comparison {
  return term.kind === 'compare' && term.operator === 'eq'
}

function isNamedBySchema(attribute: Attribute, value: Json): boolean {
  if (typeof value !== 'string') return value === true
  const key = attributeKey(attribute)
  return attribute.canonicalValues?.some((canonical) => key(canonical) === key(value)) === true
}
