import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openDatabase } from '../../src/store/connect.ts'
import { migrate } from '../../src/store/migrate.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Directory of an embedded database with the tables and no rows; empty when the suite runs on PostgreSQL. */
    readonly embeddedTemplate: string
  }
}

/** Makes one embedded database for the whole run: test files copy it, which takes a tenth of the time of making one. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE_URL !== undefined) {
    project.provide('embeddedTemplate', '')
    return undefined
  }
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-template-'))
  const data = join(directory, 'data')
  const database = await openDatabase({ engine: 'embedded', directory: data }, (error) => {
    throw error
  })
  await migrate(database)
  await database.close()
  project.provide('embeddedTemplate', data)
  return () => rm(directory, { recursive: true, force: true })
}
