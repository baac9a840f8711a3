import type { FastifyBaseLogger } from 'fastify'
import type { Database } from '../store/database.ts'
import { touchKey } from '../store/keys.ts'
import { type OrganizationId, systemScope } from '../store/scope.ts'

/** Keeps note of when keys were last used, without a write in any request's way. */
export type KeyUse = {
  readonly note: (orgId: OrganizationId, keyId: string) => void
  /** Writes what is noted and ends. */
  readonly close: () => Promise<void>
}

// last_used_at is good to the minute.
const flushIntervalMs = 30_000

export function keyUse(database: Database, log: FastifyBaseLogger, now: () => Date): KeyUse {
  let noted = new Map<string, { readonly orgId: OrganizationId; readonly at: Date }>()

  const flush = async () => {
    const taken = noted
    noted = new Map()
    for (const [keyId, { orgId, at }] of taken) {
      await database.batch(systemScope(orgId), [touchKey(orgId, keyId, at)])
    }
  }
  const flushOrTell = () => flush().catch((error: unknown) => log.warn({ err: error }, 'last use of keys not noted'))

  const timer = setInterval(() => void flushOrTell(), flushIntervalMs)
  timer.unref()

  return {
    note: (orgId, keyId) => {
      noted.set(keyId, { orgId, at: now() })
    },
    close: async () => {
      clearInterval(timer)
      await flushOrTell()
    },
  }
}
