import type { Json } from './schema.ts'

export type JsonObject = { readonly [name: string]: Json }

/** A JSON object as it came, before anything is known of its members. */
export function isObject(json: unknown): json is { readonly [name: string]: unknown } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

export function isArray(json: unknown): json is readonly unknown[] {
  return Array.isArray(json)
}

/**
 * Whether two JSON values are the same: members in any order, array elements in theirs.
 * Takes values of any depth: it keeps its own stack.
 */
export function sameJson(a: Json, b: Json): boolean {
  const pairs: [Json, Json][] = [[a, b]]
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair
    if (left === right) continue
    const inner = pairMembers(left, right)
    if (inner === undefined) return false
    for (const next of inner) pairs.push(next)
  }
  return true
}

/** The members of two objects, or elements of two arrays, side by side; `undefined` when they cannot be the same. */
function pairMembers(left: Json, right: Json): readonly [Json, Json][] | undefined {
  if (isArray(left) && isArray(right)) {
    return left.length === right.length ? left.map((value, i): [Json, Json] => [value, right[i] ?? null]) : undefined
  }
  if (!isObject(left) || !isObject(right)) return undefined

  const pairs: [Json, Json][] = []
  for (const [name, value] of Object.entries(left)) {
    const other = Object.hasOwn(right, name) ? right[name] : undefined
    if (other === undefined) return undefined
    pairs.push([value, other])
  }
  return pairs.length === Object.keys(right).length ? pairs : undefined
}
