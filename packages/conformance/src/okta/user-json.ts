import type { Json } from '@rollcall/scim'

/** A user as JSON: what Okta sends, or what the app answered. */
export type UserBody = { readonly [name: string]: Json }

/** The user after a path-less replace (RFC 7644 §3.5.2.3): objects are merged, everything else is replaced. */
export function layOver(user: UserBody, value: UserBody): UserBody {
  const laid = Object.entries(value).map(([name, sent]) => {
    const held = user[name]
    return [name, isObject(sent) && isObject(held) ? layOver(held, sent) : sent] as const
  })
  return { ...user, ...Object.fromEntries(laid) }
}

export function isObject(value: Json | undefined): value is UserBody {
  return typeof value === 'object' && value !== null && !isList(value)
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function objectsOf(value: Json | undefined): readonly UserBody[] {
  return isList(value) ? value.filter((element) => isObject(element)) : []
}

/** What is other in the second of two values that were made alike, in the form of a path-less replace. */
export function differing(before: UserBody, after: UserBody): UserBody {
  const entries = Object.entries(after).flatMap(([name, value]) => {
    const held = before[name]
    if (JSON.stringify(held) === JSON.stringify(value)) return []
    return [[name, isObject(held) && isObject(value) ? differing(held, value) : value] as const]
  })
  return Object.fromEntries(entries)
}

/** Without empty texts, lists and objects. */
export function withoutEmpty(value: UserBody): UserBody {
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const kept = isObject(inner) ? withoutEmpty(inner) : inner
    const empty =
      kept === '' || (isList(kept) && kept.length === 0) || (isObject(kept) && Object.keys(kept).length === 0)
    return empty ? [] : [[name, kept] as const]
  })
  return Object.fromEntries(entries)
}
