import { type Json, type Resource, sameJson } from '@rollcall/scim'

/** JSON that tells of each attribute that differs what it was and what it is; null where it was not there. */
export function changedAttributes(before: Resource, after: Resource): string {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const changed = [...names].flatMap((name): [string, readonly Json[]][] => {
    const [was, is] = [before[name] ?? null, after[name] ?? null]
    return sameJson(was, is) ? [] : [[name, [was, is]]]
  })
  return JSON.stringify(Object.fromEntries(changed))
}
