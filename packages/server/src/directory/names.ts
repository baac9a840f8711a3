import type { Json, Resource } from '@rollcall/scim'

/**
 * Drops a `name.formatted` that no longer tells the name: Okta's PUT sends back the one that it read, next to a new
 * given or family name. Without it a reader puts the parts together; with it they would read the old name.
 */
export function withoutStaleFormattedName(before: Resource, after: Resource): Resource {
  const [was, is] = [nameOf(before), nameOf(after)]
  const stale = is.formatted !== undefined && is.formatted === was.formatted
  const renamed = is.givenName !== was.givenName || is.familyName !== was.familyName
  if (!stale || !renamed) return after

  const { formatted: _, ...name } = is
  return { ...after, name }
}

function nameOf({ name }: Resource): Resource {
  return isObject(name) ? name : {}
}

const isObject = (value: Json | undefined): value is Resource =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
