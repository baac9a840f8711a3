import { v7 as uuidv7 } from 'uuid'
import { type Actor, insertAuditEvent } from '../store/audit.ts'
import type { OrganizationId } from '../store/scope.ts'
import type { Command } from '../store/statement.ts'

/** On whose behalf something is done, in which request, at what time. */
export type Occasion = { readonly actor: Actor; readonly requestId: string; readonly at: Date }

export type Deed = {
  /** What was done, in the past tense: `user.created`. */
  readonly action: string
  readonly targetType: 'user' | 'organization'
  readonly targetId: string
  /** JSON: attribute to [before, after]; left out where the action says it all. */
  readonly changes?: string
}

/** The audit row of a change, for the change's own transaction. */
export function audited(orgId: OrganizationId, { actor, requestId, at }: Occasion, deed: Deed): Command {
  return insertAuditEvent(orgId, { id: uuidv7(), actor, requestId, at, ...deed })
}
