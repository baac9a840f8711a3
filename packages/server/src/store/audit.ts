import type { OrganizationId } from './scope.ts'
import { type Command, type Statement, ignoreRow, instant, text } from './statement.ts'

/** Who does something: a key on behalf of its owner, an operator, or the server itself. */
export type Actor =
  | { readonly type: 'user' | 'service_account'; readonly id: string; readonly keyId: string }
  | { readonly type: 'operator' | 'system'; readonly id: string }

export type AuditEvent = {
  readonly id: string
  readonly at: Date
  readonly actor: Actor
  /** What was done, in the past tense: `user.created`. */
  readonly action: string
  readonly targetType: string
  readonly targetId: string
  readonly requestId: string
  /** JSON: attribute to [before, after]; undefined where the action says it all. */
  readonly changes?: string
}

/** Goes into the transaction of the change it tells of. */
export function insertAuditEvent(orgId: OrganizationId, event: AuditEvent): Command {
  const { actor } = event
  return {
    name: 'audit_insert',
    text: `insert into audit_events
      (org_id, id, at, actor_type, actor_id, key_id, action, target_type, target_id, request_id, changes)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    values: [
      orgId,
      event.id,
      event.at.toISOString(),
      actor.type,
      actor.id,
      'keyId' in actor ? actor.keyId : null,
      event.action,
      event.targetType,
      event.targetId,
      event.requestId,
      event.changes ?? null,
    ],
    read: ignoreRow,
  }
}

/** Everything that happened to one target, oldest first. */
export function auditEventsOf(
  orgId: OrganizationId,
  targetId: string,
): Statement<Pick<AuditEvent, 'id' | 'at' | 'action' | 'requestId'> & { readonly changes: string | null }> {
  return {
    text: `select id, at, action, request_id, changes from audit_events
      where org_id = $1 and target_id = $2 order by id`,
    values: [orgId, targetId],
    read: ([id, at, action, requestId, changes]) => ({
      id: text(id),
      at: instant(at),
      action: text(action),
      requestId: text(requestId),
      changes: changes ?? null,
    }),
  }
}
