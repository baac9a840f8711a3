import { LRUCache } from 'lru-cache'
import type { Database } from '../store/database.ts'
import { type Admission, type Demand, type KeyOwner, enterByKey } from '../store/keys.ts'
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
   * Tells whose key a request has. That a key which was seen before is still good is asked by the caller's scope, or
   * by `confirm` where an answer needs nothing of the organization.
   *
   * @throws Unauthenticated, Forbidden
   */
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>
  /** @throws Unauthenticated, Forbidden when the key is no longer good at this moment */
  readonly confirm: (caller: Caller) => Promise<void>
}

// What is remembered of a key is only where it belongs, which never changes; whether it is good is asked each time.
const rememberedKeys = 10_000

/** Authenticates application keys that demand the same. */
export function applicationKeyAuthenticator(database: Database, demand: Demand, use: KeyUse): Authenticator {
  const callers = new LRUCache<string, Caller>({ max: rememberedKeys })

  const lookUp = async (hash: string): Promise<Caller> => {
    const [[admission]] = await database.asOwner([enterByKey(hash, demand)])
    const admitted = admit(admission)
    const caller = callerOf(admitted, hash, demand)
    callers.set(hash, caller)
    return caller
  }

  return {
    authenticate: async (authorization) => {
      const hash = tokenHash(bearerToken(authorization, ['svc', 'usr']))
      const caller = callers.get(hash) ?? (await lookUp(hash))
      use.note(caller.orgId, caller.keyId)
      return caller
    },
    confirm: async ({ scope }) => {
      await database.batch(scope, [])
    },
  }
}

function callerOf({ orgId, keyId, owner }: Admission, hash: string, demand: Demand): Caller {
  const enter = { ...enterByKey(hash, demand), reused: true } as const
  return {
    orgId,
    keyId,
    owner,
    scope: {
      orgId,
      enter,
      admit: ([entered]) => {
        const again = admit(entered as Admission | undefined) // made by the reader of `enter`
        if (again.orgId !== orgId) throw new Unauthenticated('the key belongs to another organization')
      },
    },
  }
}

function admit(admission: Admission | undefined): Admission {
  if (!admission?.alive) throw new Unauthenticated('the key is unknown, revoked or expired, or its owner is disabled')
  if (!admission.planned) {
    throw new Forbidden(
      `SCIM is part of the Pro and Enterprise plans; this organization is on the ${admission.plan} plan. ` +
        'Ask who runs Rollcall to change the plan.',
    )
  }
  if (!admission.permitted) {
    throw new Forbidden(
      'the key lacks a permission that SCIM needs: its owner must have user_access_invite and user_access_manage, ' +
        'and the scopes of the key, if it has any, must name both',
    )
  }
  return admission
}
