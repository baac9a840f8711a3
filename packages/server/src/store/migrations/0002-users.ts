// People. resource is the text that a read answers with, all but meta; search is the same with every string in the
// form that comparisons use, so that a filter gives in SQL what it gives in memory.
export const users: readonly string[] = [
  `create table if not exists users (
    org_id uuid not null references organizations (id),
    id uuid not null,
    user_name_key text collate "C" not null,
    external_id text collate "C",
    active boolean not null,
    permissions text[] not null default '{}',
    version bigint not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    resource text not null,
    search jsonb not null,
    primary key (org_id, id)
  )`,
  // Rows of up to 8 kB stay whole: with the default of 2 kB most would be compressed and put aside, and a filter over
  // search would unpack every one of them.
  `alter table users set (toast_tuple_target = 8160)`,
  `create unique index if not exists users_user_name on users (org_id, user_name_key)`,
  `create index if not exists users_external_id on users (org_id, external_id)`,
  `create index if not exists users_active on users (org_id, active, id)`,
  `create index if not exists users_updated on users (org_id, updated_at, id)`,
  `comment on table users is 'A person of an organization; a deleted one is in deleted_users.'`,

  `create table if not exists user_values (
    org_id uuid not null,
    attribute text not null,
    value_key text collate "C" not null,
    user_id uuid not null,
    primary key (org_id, attribute, value_key, user_id),
    foreign key (org_id, user_id) references users (org_id, id) on delete cascade
  )`,
  `create index if not exists user_values_user on user_values (org_id, user_id)`,
  `comment on table user_values is 'Values that filters look for, by comparison key: user names and e-mail addresses.'`,

  `create table if not exists deleted_users (
    org_id uuid not null,
    id uuid not null,
    user_name_key text collate "C" not null,
    version bigint not null,
    created_at timestamptz not null,
    deleted_at timestamptz not null,
    resource text not null,
    primary key (org_id, id)
  )`,
  `comment on table deleted_users is 'Tombstones: who a deleted id was.'`,

  `create table if not exists user_counts (
    org_id uuid not null,
    slot integer not null,
    users bigint not null,
    deletions bigint not null,
    primary key (org_id, slot)
  )`,
  `comment on table user_counts is 'How many people there are: the sum over the slots, spread so that writers do not queue.'`,

  `create table if not exists audit_events (
    org_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    actor_type text not null,
    actor_id text not null,
    key_id uuid,
    action text not null,
    target_type text not null,
    target_id text not null,
    request_id text not null,
    changes text,
    primary key (org_id, id)
  )`,
  `create index if not exists audit_events_target on audit_events (org_id, target_id, id)`,
  `comment on table audit_events is 'Who changed what; written in the transaction of the change, never updated.'`,
]
