import { type Statement, ignoreRow } from './statement.ts'

declare const organizationBrand: unique symbol

/** The id of an organization that was read from the database: no text from a request is one. */
export type OrganizationId = string & { readonly [organizationBrand]: true }

/** For the readers of rows in this room. */
export const organizationId = (column: string): OrganizationId => column as OrganizationId

/**
 * The right to work in one organization. Its first statement travels in front of the work, in the same transaction:
 * it takes the role that cannot bypass row-level security and binds the organization, or binds none at all, so that
 * what follows sees and writes nothing.
 */
export type Scope = {
  readonly orgId: OrganizationId
  readonly enter: Statement<unknown>
  /** Looks at what `enter` answered; throws when the credential is no longer good for this organization. */
  readonly admit: (rows: readonly unknown[]) => void
}

/** The role of all work inside of an organization; it owns nothing and has no right to bypass policies. */
export const isolationRole = 'rollcall_app'

/** The setting that the policies read. */
export const organizationSetting = 'rollcall.org_id'

/** The server's own work in an organization: first start, an operator's request. */
export function systemScope(orgId: OrganizationId): Scope {
  return {
    orgId,
    enter: {
      name: 'enter_system',
      text: `select set_config('role', $1, true), set_config('${organizationSetting}', $2, true)`,
      values: [isolationRole, orgId],
      read: ignoreRow,
    },
    admit: () => undefined,
  }
}
