import { type OrganizationId, isolationRole, organizationId, organizationSetting } from './scope.ts'
import { type Command, type SqlValue, type Statement, ignoreRow, text } from './statement.ts'

export type KeyOwner = { readonly type: 'user' | 'service_account'; readonly id: string }

/** Whose key it is; none of this ever changes. */
export type KeyIdentity = { readonly orgId: OrganizationId; readonly keyId: string; readonly owner: KeyOwner }

/** One row for a key that was ever made, good or not. */
export function keyIdentity(hash: string): Statement<KeyIdentity> {
  return {
    name: 'keys_identity',
    text: 'select org_id, id, owner_type, owner_id from application_keys where hash = $1',
    values: [hash],
    read: ([orgId, keyId, ownerType, ownerId]) => ({
      orgId: organizationId(text(orgId)),
      keyId: text(keyId),
      owner: { type: text(ownerType) === 'user' ? 'user' : 'service_account', id: text(ownerId) },
    }),
  }
}

/** What a request asks of a key. */
export type Demand = {
  readonly permissions: readonly string[]
  /** The plans that include the feature. */
  readonly plans: readonly string[]
}

const verdicts = ['admitted', 'dead', 'unplanned', 'unpermitted'] as const

/** Whether a key is let in, and if not, the first reason: it, or its owner, is dead; the plan; the permissions. */
export type Admission = {
  readonly verdict: (typeof verdicts)[number]
  /** The organization that is bound now; undefined unless admitted. */
  readonly orgId: string | undefined
  /** The organization's plan; undefined for a key that never was. */
  readonly plan: string | undefined
}

/**
 * The one predicate that authenticates. Takes the isolation role whatever the hash, and binds the organization only for
 * a key that is alive (not revoked, not expired, its owner active), whose organization's plan has the feature, and
 * whose scopes ∩ its owner's present permissions hold all that was asked for.
 */
export function enterByKey(hash: string, demand: Demand): Statement<Admission> {
  return {
    name: 'enter_by_key',
    text: enterByKeyText,
    values: [hash, isolationRole, demand.permissions, demand.plans],
    read: ([answer]) => readAdmission(text(answer)),
  }
}

function readAdmission(answer: string): Admission {
  const [, orgId, word, plan] = answer.split(' ')
  const verdict = verdicts.find((each) => each === word)
  if (verdict === undefined) throw new Error(`no verdict about a key: ${word}`)
  return { verdict, orgId: orgId || undefined, plan: plan || undefined }
}

// One column, since this comes with every request: each more is printed, sent and read again.
const enterByKeyText = `
  select set_config('role', $2, true) || ' '
    || set_config('${organizationSetting}', case when verdict = 'admitted' then org_id::text else '' end, true) || ' '
    || coalesce(verdict, 'dead') || ' ' || coalesce(plan, '')
  from (select 1) as always left join (
    select k.org_id, o.plan,
      case
        when k.revoked_at is not null or k.expires_at <= now() or not coalesce(owner.active, false) then 'dead'
        when not o.plan = any ($4::text[]) then 'unplanned'
        when not coalesce(owner.permissions @> $3::text[], false) or not coalesce(k.scopes @> $3::text[], true)
          then 'unpermitted'
        else 'admitted'
      end as verdict
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
