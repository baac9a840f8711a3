import { isolationRole } from '../scope.ts'
import { isolated, organizations } from './0001-organizations.ts'
import { users } from './0002-users.ts'

export type Migration = {
  readonly version: number
  readonly name: string
  /** One DDL statement a step, each safe to run again: not every engine rolls DDL back. */
  readonly steps: readonly string[]
}

/** In order, never edited once released. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'organizations', steps: organizations },
  { version: 2, name: 'users', steps: users },
  {
    version: 3,
    name: 'isolation',
    steps: [
      ...isolated('organizations', 'id'),
      ...['service_accounts', 'application_keys', 'users', 'user_values', 'deleted_users'].flatMap((table) =>
        isolated(table),
      ),
      ...['user_counts', 'audit_events'].flatMap((table) => isolated(table)),
      `grant select on organizations to ${isolationRole}`,
      `grant select, insert, update, delete on service_accounts, application_keys, users, user_values to ${isolationRole}`,
      `grant select, insert, update on deleted_users, user_counts to ${isolationRole}`,
      `grant select, insert on audit_events to ${isolationRole}`,
    ],
  },
]
