import { createServer } from 'node:http'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import type { Database } from '../../src/store/database.ts'

/** The paths of all routes that the server has, each with `x` for its parameters, as the router itself tells them. */
export async function allPaths(store: Database): Promise<readonly string[]> {
  const app = buildApp({
    server: createServer(),
    database: store,
    keyUse: { note: () => undefined, close: async () => undefined },
    publicUrl: 'http://rollcall.test',
    log: pino({ level: 'silent' }),
    now: () => new Date(),
  })
  const paths = new Set<string>()
  app.addHook('onRoute', ({ url }) => void paths.add(url.replaceAll(/:\w+/g, 'x')))
  await app.ready()
  await app.close()
  return [...paths]
}
