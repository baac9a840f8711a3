import { isolationRole, organizationSetting } from '../scope.ts'

// Organizations, operators and application keys: few rows, read by every request before the organization is known.
export const organizations: readonly string[] = [
  `comment on table schema_versions is 'A migration that has been applied.'`,
  `comment on table schema_lock is 'One row while a process applies migrations, good until expires_at.'`,

  `create table if not exists organizations (
    id uuid primary key,
    name text not null,
    subdomain text not null,
    plan text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
  )`,
  `create unique index if not exists organizations_subdomain on organizations (subdomain)`,
  `comment on table organizations is 'A customer of the product. Reference table.'`,

  `create table if not exists operator_tokens (
    hash text primary key,
    last4 text not null,
    created_at timestamptz not null,
    revoked_at timestamptz
  )`,
  `comment on table operator_tokens is 'Who runs the server. Only the SHA-256 of a token is kept.'`,

  `create table if not exists setup_links (
    hash text primary key,
    org_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
  )`,
  `comment on table setup_links is 'One-time way of the first admin into the console of an organization.'`,

  `create table if not exists first_start (
    id integer primary key,
    at timestamptz not null
  )`,
  `comment on table first_start is 'One row once a server has made the first organization.'`,

  `create table if not exists service_accounts (
    org_id uuid not null,
    id uuid not null,
    name text not null,
    email text not null,
    active boolean not null,
    permissions text[] not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (org_id, id)
  )`,
  `comment on table service_accounts is 'An account of an integration. permissions: what its roles add up to.'`,

  `create table if not exists application_keys (
    org_id uuid not null,
    id uuid not null,
    hash text not null,
    last4 text not null,
    name text not null,
    owner_type text not null,
    owner_id uuid not null,
    scopes text[],
    created_at timestamptz not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    primary key (org_id, id)
  )`,
  `create unique index if not exists application_keys_hash on application_keys (hash)`,
  `create index if not exists application_keys_owner on application_keys (org_id, owner_id)`,
  `comment on table application_keys is 'Reference table, looked up by hash. scopes null: all of the owner''s permissions.'`,
]

/** Tables whose rows belong to one organization, with the column that says which. */
export const isolated = (table: string, column = 'org_id'): readonly string[] => [
  `alter table ${table} enable row level security`,
  `drop policy if exists own_organization on ${table}`,
  `create policy own_organization on ${table} to ${isolationRole}
    using (${column} = nullif(current_setting('${organizationSetting}', true), '')::uuid)`,
]
