import { type OrganizationId, organizationId } from './scope.ts'
import { type Command, type Statement, ignoreRow, text } from './statement.ts'

export function insertOperatorToken(token: { readonly hash: string; readonly last4: string }, at: Date): Command {
  return {
    text: 'insert into operator_tokens (hash, last4, created_at) values ($1, $2, $3)',
    values: [token.hash, token.last4, at.toISOString()],
    read: ignoreRow,
  }
}

/** One row when the token of this hash is good. */
export function operatorToken(hash: string): Statement<true> {
  return {
    name: 'operator_token',
    text: 'select true from operator_tokens where hash = $1 and revoked_at is null',
    values: [hash],
    read: () => true,
  }
}

export function insertSetupLink(
  orgId: OrganizationId,
  link: { readonly hash: string },
  at: Date,
  expiresAt: Date,
): Command {
  return {
    text: 'insert into setup_links (hash, org_id, created_at, expires_at) values ($1, $2, $3, $4)',
    values: [link.hash, orgId, at.toISOString(), expiresAt.toISOString()],
    read: ignoreRow,
  }
}

export type SetupLink = { readonly orgId: OrganizationId; readonly organizationName: string }

/** One row when the link of this hash can still be used. */
export function setupLink(hash: string, now: Date): Statement<SetupLink> {
  return {
    text: `select o.id, o.name from setup_links l join organizations o on o.id = l.org_id
      where l.hash = $1 and l.expires_at > $2`,
    values: [hash, now.toISOString()],
    read: ([orgId, name]) => ({ orgId: organizationId(text(orgId)), organizationName: text(name) }),
  }
}

/** This database has an organization already, or had one. */
export class StartedBefore extends Error {
  override readonly name = 'StartedBefore'
}

/** Succeeds once in the life of a database; every later transaction with it fails with `StartedBefore`. */
export function claimFirstStart(at: Date): Command {
  return {
    text: 'insert into first_start (id, at) values (1, $1)',
    values: [at.toISOString()],
    read: ignoreRow,
    conflict: () => new StartedBefore('the database has been started before'),
  }
}
