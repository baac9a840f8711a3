import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { firstStart } from '../../src/directory/organizations.ts'
import { type DatabaseOptions, openDatabase } from '../../src/store/connect.ts'
import type { Database } from '../../src/store/database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { isolationRole } from '../../src/store/scope.ts'
import { freshDatabase } from '../support/database.ts'
import { addUsers, fail, ignored, newTenant, openTestStore, raw, rowsOf, userRecord } from '../support/store.ts'

const everyVersion = migrations.map(({ version }) => version)
const onPostgresql = process.env['TEST_DATABASE_URL'] !== undefined

describe('migrate', () => {
  let database: Database
  let remove: () => Promise<void>
  let options: DatabaseOptions

  beforeEach(async () => {
    const empty = await emptyDatabase()
    options = empty.options
    remove = empty.remove
    database = await openDatabase(options, fail)
  })
  afterEach(async () => {
    await database.close()
    await remove()
  })

  test('brings a fresh database to this version, and then has nothing to do', async () => {
    expect(await migrate(database)).toEqual(everyVersion)
    expect(await migrate(database)).toEqual([])
    expect(await rowsOf(database, 'select version from schema_versions order by version')).toEqual(
      everyVersion.map((each) => [`${each}`]),
    )
    expect(await rowsOf(database, 'select * from schema_lock')).toEqual([])
  })

  test('goes on where a process stopped, after its lease has run out', async () => {
    await migrate(database)
    // What a process leaves behind that died in the middle of the last migration.
    const last = migrations.at(-1)?.version ?? 0
    await database.asOwner([
      ignored('delete from schema_versions where version = $1', [last]),
      ignored(`insert into schema_lock values (1, 'a dead process', now() - interval '1 second')`),
    ])
    expect(await migrate(database)).toEqual([last])
    expect(await rowsOf(database, 'select * from schema_lock')).toEqual([])
  })

  test('waits for a process that holds the lock, and applies nothing that it applied', async () => {
    await migrate(database)
    const last = migrations.at(-1)?.version ?? 0
    await database.asOwner([
      ignored('delete from schema_versions where version = $1', [last]),
      ignored(`insert into schema_lock values (1, 'another process', now() + interval '1 hour')`),
    ])
    const waiting = migrate(database)
    await database.asOwner([
      ignored(`insert into schema_versions values ($1, 'by another process', now())`, [last]),
      ignored('delete from schema_lock'),
    ])
    expect(await waiting).toEqual([])
  })

  test('refuses a database that is newer than this server', async () => {
    await migrate(database)
    await database.asOwner([ignored(`insert into schema_versions values (9999, 'of a newer server', now())`)])
    const newest = everyVersion.at(-1)
    await expect(migrate(database)).rejects.toThrow(
      `the database has schema version 9999, this server knows up to ${newest}: start a newer Rollcall`,
    )
  })

  test('can run every step again, for engines that do not undo half a migration', async () => {
    await migrate(database)
    const before = await shape(database)
    await database.asOwner([ignored('delete from schema_versions')])
    expect(await migrate(database)).toEqual(everyVersion)
    expect(await shape(database)).toEqual(before)
  })

  test.runIf(onPostgresql)(
    'succeeds in four processes that start at once, each migration once, one first start',
    async () => {
      const processes = await Promise.all([1, 2, 3, 4].map(() => openDatabase(options, fail)))
      const applied = await Promise.all(processes.map((each) => migrate(each)))
      expect(applied.flat().toSorted((a, b) => a - b)).toEqual(everyVersion)

      const firsts = await Promise.all(processes.map((each) => firstStart(each, new Date())))
      expect(firsts.filter((first) => first !== undefined)).toHaveLength(1)
      expect(await rowsOf(database, 'select count(*) from organizations')).toEqual([['1']])
      await Promise.all(processes.map((each) => each.close()))
    },
  )

  describe.runIf(onPostgresql)('as a database user who is nobody special', () => {
    const name = `owner_${randomBytes(6).toString('hex')}`
    let own: Database

    beforeEach(async () => {
      if (options.engine !== 'postgresql') throw new Error('these tests are about PostgreSQL')
      const url = new URL(options.url)
      await database.asOwner([
        ignored(`create role ${name} login`),
        ignored(`alter database ${url.pathname.slice(1)} owner to ${name}`),
        ignored(`do $$ begin create role ${isolationRole} nologin; exception when duplicate_object then null; end $$`),
      ])
      url.username = name
      own = await openDatabase({ engine: 'postgresql', url: url.href }, fail)
    })
    afterEach(async () => {
      await own.close()
      await database.asOwner([
        ignored(`reassign owned by ${name} to current_user`),
        ignored(`drop owned by ${name}`),
        ignored(`drop role ${name}`),
      ])
    })

    test('works when the user may take the isolation role', async () => {
      await database.asOwner([ignored(`grant ${isolationRole} to ${name}`)])
      expect(await migrate(own)).toEqual(everyVersion)

      const [a, b] = [await newTenant(own), await newTenant(own)]
      await addUsers(own, a, [userRecord({ userName: 'ann' })])
      const everybody = raw('select user_name_key from users')
      expect(await own.batch(a.scope, [everybody])).toEqual([[['ann']]])
      expect(await own.batch(b.scope, [everybody])).toEqual([[]])
    })

    test('says what to do when the user can neither make nor take the isolation role', async () => {
      await expect(migrate(own)).rejects.toThrow(
        /as a superuser run: create role rollcall_app nologin nobypassrls; grant rollcall_app to/,
      )
      expect(await rowsOf(database, 'select * from schema_lock')).toEqual([])
    })
  })
})

/** A database without a table. */
async function emptyDatabase(): Promise<{ readonly options: DatabaseOptions; readonly remove: () => Promise<void> }> {
  if (onPostgresql) return await freshDatabase()
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-empty-'))
  return {
    options: { engine: 'embedded', directory: join(directory, 'data') },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

/** Tables, columns, indexes, constraints, policies and rights, as text. */
async function shape(database: Database): Promise<unknown> {
  return await Promise.all(
    [
      `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
        where table_schema = 'public' order by 1, 2`,
      `select indexdef from pg_indexes where schemaname = 'public' order by 1`,
      `select conrelid::regclass, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace order by 1, 2`,
      `select tablename, policyname, roles, cmd, qual, with_check from pg_policies order by 1, 2`,
      `select relname, relacl, relrowsecurity from pg_class where relnamespace = 'public'::regnamespace order by 1`,
    ].map((query) => rowsOf(database, query)),
  )
}

describe('the tables', async () => {
  const store = await openTestStore()
  afterAll(() => store.close())

  test('each say what a row is', async () => {
    const silent = await rowsOf(
      store.database,
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and coalesce(obj_description(oid, 'pg_class'), '') = ''`,
    )
    expect(silent).toEqual([])
  })

  test('of an organization have it first in every key and index, for engines that spread rows by it', async () => {
    const exceptions: Readonly<Record<string, string>> = {
      application_keys_hash: 'a key is looked up before its organization is known; a reference table',
      setup_links_pkey: 'a link is looked up before its organization is known; a reference table',
    }
    const others = await rowsOf(
      store.database,
      `select i.indexrelid::regclass from pg_index i
        join pg_attribute org on org.attrelid = i.indrelid and org.attname = 'org_id'
        where i.indrelid::regclass::text not like 'pg_%' and i.indkey[0] <> org.attnum order by 1`,
    )
    expect(new Set(others.flat())).toEqual(new Set(Object.keys(exceptions)))
  })

  test('refer to each other within one organization alone', async () => {
    const crossing = await rowsOf(
      store.database,
      `select conrelid::regclass, pg_get_constraintdef(oid) from pg_constraint
        where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> 'organizations'::regclass
        and pg_get_constraintdef(oid) !~ '^FOREIGN KEY \\(org_id, .*REFERENCES \\w+\\(org_id, '`,
    )
    expect(crossing).toEqual([])
  })

  test('compare keys by their bytes, whatever the locale of the database', async () => {
    const others = await rowsOf(
      store.database,
      `select table_name, column_name from information_schema.columns
        where table_schema = 'public' and (column_name like '%\\_key' or column_name = 'external_id') and collation_name is distinct from 'C'`,
    )
    expect(others).toEqual([])
  })
})

describe('the migrations', () => {
  const steps = migrations.flatMap(({ name, steps }) => steps.map((step) => [name, step] as const))

  test.each<[string, RegExp]>([
    [
      'ids are made by the server',
      /\b(small|big)?serial\b|generated (always|by default)|\bidentity\b|create sequence|nextval|gen_random_uuid|uuidv\d\(/,
    ],
    ['no triggers or functions', /\btrigger\b|create (or replace )?(function|procedure)|\bvolatile\b/],
    ['no extensions or their types', /create extension|\bcitext\b|\bhstore\b|gin_trgm/],
    ['no constraints that other engines lack', /\bexclude\b|deferrable|initially deferred|nulls not distinct/],
    ['no table inheritance or partitions', /\binherits\b|partition (by|of)/],
    [
      'no expressions or included columns in indexes',
      /create (unique )?index [^;]*\(\s*\(|\binclude\b|create (unique )?index [^;]*\blower\(/,
    ],
    ['no index methods but the B-tree', /\busing (gin|gist|brin|hash|spgist)\b/],
    ['no locks of tables or sessions', /\block table\b|advisory|\blisten\b|\bnotify\b/],
    ['no clock of the database for what the server says', /default (now|current_timestamp|clock_timestamp)/],
  ])('keep to what PostgreSQL and its relatives share: %s', (_, forbidden) => {
    expect(steps.filter(([, step]) => forbidden.test(step.toLowerCase()))).toEqual([])
  })

  const repeatable = [
    /^create (table|unique index|index) if not exists /,
    /^alter table \w+ (enable row level security$|add column if not exists |set \()/,
    /^(comment on|drop policy if exists|create policy|grant|revoke) /,
  ]

  test('are one statement a step, which can be run again', () => {
    const [texts, once] = [/'[^']*'/g, steps.filter(([, step]) => !repeatable.some((form) => form.test(step)))]
    expect(once).toEqual([])
    expect(steps.filter(([, step]) => step.replaceAll(texts, '').includes(';'))).toEqual([])
  })

  test('are numbered from 1 without a gap', () => {
    expect(everyVersion).toEqual(everyVersion.map((_, i) => i + 1))
  })
})
