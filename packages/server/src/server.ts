import type { FastifyBaseLogger } from 'fastify'
import { keyUse } from './access/key-use.ts'
import { buildApp, scimPath } from './app.ts'
import { firstStart, oldestOrganization } from './directory/organizations.ts'
import { drained } from './drain.ts'
import { type Listening, listening } from './listen.ts'
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
  /** The oldest organization: the one that the first start made, unless it was deleted since. */
  readonly organization: { readonly id: string; readonly name: string; readonly subdomain: string } | undefined
  /** What the first start of all shows, this once; undefined on every later one. */
  readonly secrets:
    | { readonly setupUrl: string; readonly applicationKey: string; readonly operatorToken: string }
    | undefined
  /** Answers every request that has arrived, then closes the database. */
  readonly stop: () => Promise<void>
}

/** Takes the port, opens the database, brings it up to date, and serves. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log } = options
  const port = await listening(options.host, options.port)
  try {
    const database = await openDatabase(options.database, (error) => {
      log.fatal({ err: error }, 'the database engine has failed')
      options.onFatal(error)
    })
    return await serve(database, port, options).catch(async (error: unknown) => {
      await database.close()
      throw error
    })
  } catch (error) {
    port.server.close()
    throw error
  }
}

/** Serves from a database that is open, on a port that is held; `stop` closes both. */
export async function serve(
  database: Database,
  { server, url: address, open }: Listening,
  { log, publicUrl: url = address }: Pick<ServerOptions, 'log' | 'publicUrl'>,
): Promise<RunningServer> {
  const now = () => new Date()
  const applied = await migrate(database)
  if (applied.length > 0) log.info({ versions: applied }, 'schema brought up to date')
  const first = await firstStart(database, now())

  const use = keyUse(database, log, now)
  const upkeep = maintenance(database, log)
  const app = buildApp({ server, database, keyUse: use, publicUrl: url, log, now })
  await app.ready()
  open((request, response) => app.routing(request, response))
  log.info({ address, url, engine: database.engine }, 'ready')

  return {
    url,
    scimBaseUrl: `${url}${scimPath}`,
    organization: await oldestOrganization(database),
    secrets: first && {
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
