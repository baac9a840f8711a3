import { type RunningServer, type ServerOptions, startServer } from '@rollcall/server'
import { Command, Option } from 'commander'
import { pino } from 'pino'
import { CommandError } from './command-error.ts'
import { parseInteger, parseUrl } from './values.ts'

type StartOptions = {
  readonly port: number
  readonly host: string
  readonly data: string
  readonly databaseUrl?: string
  readonly publicUrl?: string
  readonly prepared: boolean
  readonly logLevel: string
  readonly json?: true
}

export function startCommand(): Command {
  return new Command('start')
    .description('Run the server. The first start makes an organization and prints its secrets, once.')
    .addOption(
      new Option('--port <number>', 'port to listen on; 0 takes any free one')
        .env('ROLLCALL_PORT')
        .default(4000)
        .argParser(parseInteger({ least: 0, most: 65_535 })),
    )
    .addOption(new Option('--host <address>', 'address to listen on').env('ROLLCALL_HOST').default('127.0.0.1'))
    .addOption(
      new Option('--data <directory>', 'directory of the embedded database').env('ROLLCALL_DATA').default('./data'),
    )
    .addOption(
      new Option('--database-url <url>', 'PostgreSQL 15 or newer, in place of the embedded database').env(
        'DATABASE_URL',
      ),
    )
    .addOption(
      new Option('--public-url <url>', 'how identity providers reach this server, e.g. https://rollcall.example.com')
        .env('ROLLCALL_PUBLIC_URL')
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--no-prepared', 'keep no prepared statements: for PgBouncer older than 1.21').env(
        'ROLLCALL_NO_PREPARED',
      ),
    )
    .addOption(
      new Option('--log-level <level>', 'how much goes to the log on standard error')
        .env('ROLLCALL_LOG_LEVEL')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info'),
    )
    .option('--json', 'print one JSON line on standard output when ready, in place of the text')
    .addHelpText(
      'after',
      `
With --json the first line on standard output is
  {"event":"ready","url":…,"scimBaseUrl":…,"organization":{"id":…,"name":…,"subdomain":…}}
and on the first start of all also has
  "setupUrl", "applicationKey", "operatorToken"

SIGTERM and SIGINT end the server: requests that have arrived are answered first.`,
    )
    .action(start)
}

async function start(options: StartOptions): Promise<void> {
  const log = openLog(options.logLevel)
  const server = await startServer(serverOptions(options, log)).catch((error: unknown) => {
    throw new CommandError(`the server did not start: ${reasons(error)}`, 1)
  })
  process.stdout.write(options.json ? `${readyLine(server)}\n` : greeting(server))

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(server, log))
}

// A write for each line would cost a request as much as its work in the database.
const logBufferBytes = 8192
const logFlushMs = 250

/** The log, on standard error. The level is for people who read it; nothing in it is secret at any level. */
function openLog(level: string): ServerOptions['log'] {
  const destination = pino.destination({ dest: 2, sync: false, minLength: logBufferBytes })
  setInterval(() => destination.flush(), logFlushMs).unref()
  process.once('exit', () => destination.flushSync())
  return pino({ level }, destination)
}

function serverOptions(options: StartOptions, log: ServerOptions['log']): ServerOptions {
  const { host, port, databaseUrl, publicUrl, data, prepared } = options
  return {
    host,
    port,
    log,
    ...(publicUrl !== undefined && { publicUrl }),
    database: databaseUrl
      ? { engine: 'postgresql', url: databaseUrl, prepared }
      : { engine: 'embedded', directory: data },
    onFatal: () => process.exit(1),
  }
}

async function stop(server: RunningServer, log: ServerOptions['log']): Promise<void> {
  log.info('stopping: requests that have arrived are answered first')
  try {
    await server.stop()
  } catch (error) {
    log.error({ err: error }, 'the server did not stop cleanly')
    process.exitCode = 1
  }
}

/** An error with all that caused it, as one sentence; the causes of a database URL's errors do not hold its password. */
function reasons(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.message || error.name
  return error.cause === undefined ? own : `${own} (${reasons(error.cause)})`
}

function readyLine({ url, scimBaseUrl, organization, secrets }: RunningServer): string {
  const { id, name, subdomain } = organization ?? {}
  return JSON.stringify({
    event: 'ready',
    url,
    scimBaseUrl,
    ...(organization && { organization: { id, name, subdomain } }),
    ...secrets,
  })
}

function greeting({ url, scimBaseUrl, organization, secrets }: RunningServer): string {
  if (!secrets) return `Rollcall is ready at ${url}\n  SCIM Base URL  ${scimBaseUrl}\n`
  return `
Rollcall is ready at ${url}

It made the organization "${organization?.name}". These secrets are shown this once and kept only as hashes:

  Set-up link (once)  ${secrets.setupUrl}
  SCIM Base URL       ${scimBaseUrl}
  Application key     ${secrets.applicationKey}
                      of the service account "Okta": the API token that Okta asks for
  Operator token      ${secrets.operatorToken}
                      makes further organizations: rollcall org create --help

Next, in another terminal, play Okta against it:

  ROLLCALL_URL=${url} ROLLCALL_KEY=${secrets.applicationKey} npx rollcall okta --people examples/people.csv

`
}
