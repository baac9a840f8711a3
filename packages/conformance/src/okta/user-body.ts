import { enterpriseUserSchemaId, type Json, userSchemaId } from '@rollcall/scim'
import { type AttributeMapping, attributeMapping } from './mapping.ts'
import type { Person } from './person.ts'
import { differing, isList, isObject, layOver, objectsOf, type UserBody, withoutEmpty } from './user-json.ts'

/** The body of the POST that creates the person. The password is random, and sent even without password sync. */
export function createBody(person: Person, externalId: string, password: string): UserBody {
  const { [enterpriseUserSchemaId]: enterprise, ...core } = withoutEmpty(profileValue(person))
  return {
    schemas: [userSchemaId],
    ...core,
    externalId,
    groups: [],
    password,
    active: true,
    ...(enterprise !== undefined && { [enterpriseUserSchemaId]: enterprise }),
  }
}

/**
 * The body of a PUT: the user as the app returned it, all of it, with Okta's attributes laid over. An attribute that is
 * empty in Okta is sent as the empty text; a value in a list is left alone unless Okta has one, or had one.
 */
export function mergeProfile(user: UserBody, person: Person): UserBody {
  const value = profileValue(person)
  const lists = Object.entries(value).flatMap(([name, sent]) =>
    isList(sent) ? [[name, mergeList(name, person, objectsOf(user[name]), objectsOf(sent))] as const] : [],
  )
  return layOver(user, { ...value, ...Object.fromEntries(lists) })
}

/** The value of a path-less replace that carries the whole profile, empty attributes included. */
export function profileValue(person: Person): UserBody {
  const value: { [name: string]: Json } = {}
  for (const target of targets) {
    const text = person[target.profile]
    if (target.selects === undefined) setText(value, target.path, text ?? '')
    else if (text !== undefined) setSelected(value, target.path, target.selects, text)
  }
  return value
}

/** The value of a path-less replace that carries only what differs between two states of a person. */
export function changedValue(before: Person, after: Person): UserBody {
  return differing(profileValue(before), profileValue(after))
}

type Target = {
  readonly profile: AttributeMapping['profile']
  readonly path: readonly [attribute: string, ...subAttributes: string[]]
  /** Set where the attribute holds several values: which of them, and of what type. */
  readonly selects?: Selection
}

type Selection = { readonly primary: boolean; readonly type: string; readonly subAttribute: string }

const targets: readonly Target[] = attributeMapping.map(readTarget)

function readTarget({ profile, externalName, externalNamespace, type }: AttributeMapping): Target {
  const selected = /^(?<attribute>\w+)\.\^\[primary==(?<primary>true|false)\]\.(?<subAttribute>\w+)$/.exec(externalName)
  const { attribute, primary, subAttribute } = selected?.groups ?? {}
  if (attribute !== undefined && subAttribute !== undefined && type !== undefined) {
    return { profile, path: [attribute], selects: { primary: primary === 'true', type, subAttribute } }
  }
  const [name = externalName, ...subAttributes] = externalName.split('.')
  const path = [name, ...subAttributes] as const
  return { profile, path: externalNamespace === userSchemaId ? path : [externalNamespace, ...path] }
}

function setText(value: { [name: string]: Json }, [name, ...rest]: Target['path'], text: string): void {
  const [next, ...others] = rest
  if (next === undefined) {
    value[name] = text
    return
  }
  const inner = { ...(isObject(value[name]) ? value[name] : {}) }
  setText(inner, [next, ...others], text)
  value[name] = inner
}

function setSelected(
  value: { [name: string]: Json },
  [attribute]: Target['path'],
  { primary, type, subAttribute }: Selection,
  text: string,
): void {
  const list = objectsOf(value[attribute])
  const selected = list.find((element) => isPrimary(element) === primary) ?? { primary, type }
  const others = list.filter((element) => isPrimary(element) !== primary)
  value[attribute] = text === '' ? list : [...others, { ...selected, [subAttribute]: text }]
}

/** The values that the app holds, with the ones that Okta has or had replaced by what it says of them. */
function mergeList(
  attribute: string,
  person: Person,
  held: readonly UserBody[],
  sent: readonly UserBody[],
): readonly UserBody[] {
  const spokenOf = targets.flatMap(({ profile, path: [name], selects }) =>
    name === attribute && selects !== undefined && person[profile] !== undefined ? [selects] : [],
  )
  const selected = [true, false]
    .filter((primary) => spokenOf.some((selects) => selects.primary === primary))
    .map((primary) => held.find((element) => isPrimary(element) === primary))
  const merged = sent.map((element) => {
    const over = selected.find((candidate) => candidate !== undefined && isPrimary(candidate) === isPrimary(element))
    const said = new Set(
      spokenOf.filter(({ primary }) => primary === isPrimary(element)).map((one) => one.subAttribute),
    )
    return { ...Object.fromEntries(Object.entries(over ?? {}).filter(([name]) => !said.has(name))), ...element }
  })
  return [...merged, ...held.filter((element) => !selected.includes(element))]
}

function isPrimary(element: UserBody): boolean {
  return element['primary'] === true
}
