import { type OrganizationId, isolationRole, organizationId, organizationSetting } from './scope.ts'
import { type Command, type SqlValue, type Statement, flag, ignoreRow, text } from './statement.ts'

export type KeyOwner = { readonly type: 'user' | 'service_account'; readonly id: string }

/** What stands behind a key at this moment, and why it was or was not let in. */
export type Admission = {
  readonly orgId: OrganizationId
  readonly keyId: string
  readonly owner: KeyOwner
  readonly plan: string
  /** Not revoked, not expired, and its owner is active. */
  readonly alive: boolean
  /** The organization's plan has the feature that was asked for. */
  readonly planned: boolean
  /** Scopes ∩ the owner's present permissions hold all that was asked for. */
  readonly permitted: boolean
}

/** What a request asks of a key. */
export type Demand = {
  readonly permissions: readonly string[]
  /** The plans that include the feature. */
  readonly plans: readonly string[]
}

/**
 * The one predicate that authenticates. Answers one row whatever the hash (all columns null for an unknown one), takes
 * the isolation role in any case, and binds the organization only for a key that is alive, planned and permitted.
 */
export function enterByKey(hash: string, demand: Demand): Statement<Admission | undefined> {
  return {
    name: 'enter_by_key',
    text: enterByKeyText,
    values: [hash, isolationRole, demand.permissions, demand.plans],
    read: ([, , orgId, keyId, ownerType, ownerId, plan, alive, planned, permitted]) => {
      if (orgId === null) return undefined
      return {
        orgId: organizationId(text(orgId)),
        keyId: text(keyId),
        owner: { type: text(ownerType) === 'user' ? 'user' : 'service_account', id: text(ownerId) },
        plan: text(plan),
        alive: flag(alive),
        planned: flag(planned),
        permitted: flag(permitted),
      }
    },
  }
}

const enterByKeyText = `
  select set_config('role', $2, true),
    set_config('${organizationSetting}', case when alive and planned and permitted then org_id::text else '' end, true),
    org_id, key_id, owner_type, owner_id, plan, alive, planned, permitted
  from (select 1) as always left join (
    select k.org_id, k.id as key_id, k.owner_type, k.owner_id, o.plan,
      k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and coalesce(owner.active, false) as alive,
      o.plan = any ($4::text[]) as planned,
      coalesce(owner.permissions @> $3::text[], false) and (k.scopes is null or k.scopes @> $3::text[]) as permitted
    from application_keys k
    join organizations o on o.id = k.org_id
    left join lateral (
      select s.active, s.permissions from service_accounts s
      where k.owner_type = 'service_account' and s.org_id = k.org_id and s.id = k.owner_id
      union all
      select u.active, u.permissions from users u
      where k.owner_type = 'user' and u.org_id = k.org_id and u.id = k.owner_id
    ) owner on true
    where k.hash = $1
  ) key on true`

export type NewKey = {
  readonly id: string
  readonly hash: string
  readonly last4: string
  readonly name: string
  readonly owner: KeyOwner
  /** Undefined: all of the owner's permissions. */
  readonly scopes?: readonly string[]
  readonly createdAt: Date
  readonly expiresAt?: Date
}

export function insertKey(orgId: OrganizationId, key: NewKey): Command {
  const values: readonly SqlValue[] = [
    orgId,
    key.id,
    key.hash,
    key.last4,
    key.name,
    key.owner.type,
    key.owner.id,
    key.scopes ?? null,
    key.createdAt.toISOString(),
    key.expiresAt?.toISOString() ?? null,
  ]
  return {
    text: `insert into application_keys
      (org_id, id, hash, last4, name, owner_type, owner_id, scopes, created_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8::text[], $9, $10)`,
    values,
    read: ignoreRow,
  }
}

/** Ends one key, for good. */
export function revokeKey(orgId: OrganizationId, keyId: string, at: Date): Command {
  return {
    text: 'update application_keys set revoked_at = $3 where org_id = $1 and id = $2 and revoked_at is null',
    values: [orgId, keyId, at.toISOString()],
    read: ignoreRow,
  }
}

/** Ends all keys of a person or a service account, for good: a reactivation does not bring them back. */
export function revokeKeysOf(orgId: OrganizationId, owner: KeyOwner, at: Date): Command {
  return {
    name: 'keys_revoke_of_owner',
    text: `update application_keys set revoked_at = $4
      where org_id = $1 and owner_type = $2 and owner_id = $3 and revoked_at is null`,
    values: [orgId, owner.type, owner.id, at.toISOString()],
    read: ignoreRow,
  }
}

/** Notes when a key was last used; to the minute is enough, so that it is no write for each request. */
export function touchKey(orgId: OrganizationId, keyId: string, at: Date): Command {
  return {
    name: 'keys_touch',
    text: `update application_keys set last_used_at = $3
      where org_id = $1 and id = $2 and (last_used_at is null or last_used_at < $3)`,
    values: [orgId, keyId, at.toISOString()],
    read: ignoreRow,
  }
}
