import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import type { DatabaseOptions } from '../../src/store/connect.ts'

/** A fresh database of its own for a test file, on the engine that this run of the suite is about. */
export type TestDatabase = {
  readonly options: DatabaseOptions
  readonly engine: DatabaseOptions['engine']
  readonly remove: () => Promise<void>
}

/** PostgreSQL when TEST_DATABASE_URL names a server whose user may create databases, else the embedded engine. */
export async function freshDatabase(): Promise<TestDatabase> {
  const url = process.env.TEST_DATABASE_URL
  return url === undefined ? await onDisk() : await onServer(url)
}

async function onDisk(): Promise<TestDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-test-'))
  const data = join(directory, 'data')
  await cp(inject('embeddedTemplate'), data, { recursive: true })
  return {
    engine: 'embedded',
    options: { engine: 'embedded', directory: data },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

async function onServer(url: string): Promise<TestDatabase> {
  const name = `rollcall_test_${randomBytes(8).toString('hex')}`
  await asAdmin(url, `create database ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return {
    engine: 'postgresql',
    options: { engine: 'postgresql', url: own.href, poolSize: 10 },
    remove: () => asAdmin(url, `drop database if exists ${name} with (force)`),
  }
}

async function asAdmin(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
