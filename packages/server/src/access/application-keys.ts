import { LRUCache } from 'lru-cache'
import type { Database } from '../store/database.ts'
import { type Admission, type Demand, type KeyIdentity, type KeyOwner, enterByKey, keyIdentity } from '../store/keys.ts'
import type { OrganizationId, Scope } from '../store/scope.ts'
import { bearerToken } from './bearer.ts'
import { Forbidden, Unauthenticated } from './errors.ts'
import type { KeyUse } from './key-use.ts'
import { tokenHash } from './token.ts'

/** Who sends a request: one key, its owner, and the only organization that it reaches. */
export type Caller = {
  readonly orgId: OrganizationId
  readonly keyId: string
  readonly owner: KeyOwner
  /**
   * Enters the organization with the key itself: each transaction asks again whether the key is good, so a revoked
   * one is refused on the next request, on every process.
   */
  readonly scope: Scope
}

export type Authenticator = {
  /**
   * Tells whose key a request has. Whether the key is good is asked by the caller's scope, in the transaction of the
   * work, or by `confirm` where an answer needs nothing of the organization.
   *
   * @throws Unauthenticated
   */
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>
  /** @throws Unauthenticated, Forbidden when the key is not good at this moment */
  readonly confirm: (caller: Caller) => Promise<void>
}

// What is remembered of a key is only whose it is, which never changes.
const rememberedKeys = 10_000

/** Authenticates application keys that demand the same. */
export function applicationKeyAuthenticator(database: Database, demand: Demand, use: KeyUse): Authenticator {
  const callers = new LRUCache<string, Caller>({ max: rememberedKeys })

  const lookUp = async (hash: string): Promise<Caller> => {
    const [[identity]] = await database.asOwner([keyIdentity(hash)])
    if (!identity) throw new Unauthenticated(deadKey)
    const caller = callerOf(identity, hash, demand, use)
    callers.set(hash, caller)
    return caller
  }

  return {
    authenticate: async (authorization) => {
      const hash = tokenHash(bearerToken(authorization, ['svc', 'usr']))
      return callers.get(hash) ?? (await lookUp(hash))
    },
    confirm: async ({ scope }) => {
      await database.batch(scope, [])
    },
  }
}

function callerOf(identity: KeyIdentity, hash: string, demand: Demand, use: KeyUse): Caller {
  const { orgId, keyId } = identity
  return {
    ...identity,
    scope: {
      orgId,
      enter: { ...enterByKey(hash, demand), reused: true },
      admit: ([entered]) => {
        admit(orgId, entered as Admission | undefined) // made by the reader of `enter`
        use.note(orgId, keyId)
      },
    },
  }
}

const deadKey = 'the key is unknown, revoked or expired, or its owner is disabled'

function admit(orgId: OrganizationId, admission: Admission | undefined): void {
  switch (admission?.verdict) {
    case 'admitted':
      if (admission.orgId !== orgId) throw new Unauthenticated(deadKey)
      return
    case 'unplanned':
      throw new Forbidden(
        `SCIM is part of the Pro and Enterprise plans; this organization is on the ${admission.plan} plan. ` +
          'Ask who runs Rollcall to change the plan.',
      )
    case 'unpermitted':
      throw new Forbidden(
        'the key lacks a permission that SCIM needs: its owner must have user_access_invite and user_access_manage, ' +
          'and the scopes of the key, if it has any, must name both',
      )
    case 'dead':
    case undefined:
      throw new Unauthenticated(deadKey)
  }
}
