import type { FastifyBaseLogger } from 'fastify'
import { keyUse } from './access/key-use.ts'
import { buildApp, scimPath } from './app.ts'
import { firstStart } from './directory/organizations.ts'
import { drained } from './drain.ts'
import { listening } from './listen.ts'
import { type DatabaseOptions, openDatabase } from './store/connect.ts'
import type { Database } from './store/database.ts'
import { maintenance } from './store/maintenance.ts'
import { migrate } from './store/migrate.ts'

export type ServerOptions = {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly database: DatabaseOptions
  /** How clients reach the server; the address it listens on when left out. */
  readonly publicUrl?: string
  readonly log: FastifyBaseLogger
  /** Called when the server cannot go on, after the fact was logged: the process should end. */
  readonly onFatal: (error: Error) => void
}

export type RunningServer = {
  readonly url: string
  readonly scimBaseUrl: string
  /** What the first start of all made; undefined on every later one. */
  readonly first:
    | {
        readonly organization: { readonly id: string; readonly name: string; readonly subdomain: string }
        readonly setupUrl: string
        readonly applicationKey: string
        readonly operatorToken: string
      }
    | undefined
  /** Answers every request that has arrived, then closes the database. */
  readonly stop: () => Promise<void>
}

/** Opens the database, brings it up to date, and listens. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log } = options
  const database = await openDatabase(options.database, (error) => {
    log.fatal({ err: error }, 'the database engine has failed')
    options.onFatal(error)
  })
  try {
    return await serve(database, options)
  } catch (error) {
    await database.close()
    throw error
  }
}

/** The same over a database that is open already; `stop` closes it. */
export async function serve(database: Database, options: Omit<ServerOptions, 'database'>): Promise<RunningServer> {
  const { log } = options
  const now = () => new Date()
  const applied = await migrate(database)
  if (applied.length > 0) log.info({ versions: applied }, 'schema brought up to date')

  const { server, url: address } = await listening(options.host, options.port)
  const url = options.publicUrl ?? address
  const use = keyUse(database, log, now)
  const upkeep = maintenance(database, log)
  const app = buildApp({ server, database, keyUse: use, publicUrl: url, log, now })
  await app.ready()
  const first = await firstStart(database, now())
  log.info({ address, url, engine: database.engine }, 'ready')

  return {
    url,
    scimBaseUrl: `${url}${scimPath}`,
    first: first && {
      organization: first.organization,
      setupUrl: `${url}/setup/${first.setupSecret}`,
      applicationKey: first.applicationKey,
      operatorToken: first.operatorToken,
    },
    stop: async () => {
      await drained(server)
      await app.close()
      upkeep.close()
      await use.close()
      await database.close()
    },
  }
}
