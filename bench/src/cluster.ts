import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { cpuMicroseconds, databaseBytes, postmasterOf } from './processes.ts'

/** A PostgreSQL that the benchmark may make databases in. */
export type Cluster = {
  readonly version: string
  /** Makes an empty database and gives its address. */
  createDatabase(name: string): Promise<string>
  /** Vacuums, analyzes and writes out everything, so that no contestant pays for another's loading. */
  settle(name: string): Promise<void>
  /** CPU that all its processes have used so far; undefined when it runs on another machine. */
  cpuMicroseconds(): number | undefined
  /** Memory of the connections to one database; undefined when it runs on another machine. */
  databaseBytes(name: string): number | undefined
  stop(): Promise<void>
}

type Owner = { readonly uid: number; readonly gid: number }

const host = '127.0.0.1'
const startTimeoutMs = 30_000

/** Uses a PostgreSQL that already runs; the databases made in it are dropped at the end. */
export async function useCluster(adminUrl: string): Promise<Cluster> {
  return openCluster(adminUrl, { dropDatabases: true })
}

/** Makes a PostgreSQL in a temporary directory, durable as in production, and removes it at the end. */
export async function startCluster(): Promise<Cluster> {
  const bin = findPostgresBin()
  const owner = process.getuid?.() === 0 ? unprivilegedOwner() : undefined
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-bench-'))
  if (owner !== undefined) chownSync(directory, owner.uid, owner.gid)
  const password = randomBytes(16).toString('hex')
  const data = initDatabase({ bin, directory, password, owner })
  const port = await freePort()
  const server = startPostgres({ bin, data, port, owner })
  const stop = async () => {
    if (server.exitCode === null) {
      server.kill('SIGINT')
      await once(server, 'exit')
    }
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const adminUrl = `postgres://postgres:${password}@${host}:${port}/postgres`
    await untilReady(adminUrl, server)
    const cluster = await openCluster(adminUrl, { dropDatabases: false })
    return {
      ...cluster,
      stop: async () => {
        await cluster.stop()
        await stop()
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function openCluster(adminUrl: string, options: { dropDatabases: boolean }): Promise<Cluster> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  const { rows } = await admin.query<{ pid: number; version: string }>(
    `select pg_backend_pid() as pid, current_setting('server_version') as version`,
  )
  const postmasterPid = rows[0] && postmasterOf(rows[0].pid)
  const created: string[] = []
  const urlOf = (name: string) => Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href

  return {
    version: rows[0]?.version ?? 'unknown',
    async createDatabase(name) {
      await admin.query(`create database ${admin.escapeIdentifier(name)}`)
      created.push(name)
      return urlOf(name)
    },
    async settle(name) {
      const client = new pg.Client({ connectionString: urlOf(name) })
      await client.connect()
      await client.query('vacuum (analyze)')
      await client.query('checkpoint')
      await client.end()
    },
    cpuMicroseconds: () => postmasterPid && cpuMicroseconds(postmasterPid),
    databaseBytes: (name) => postmasterPid && databaseBytes(postmasterPid, name),
    async stop() {
      const dropped = options.dropDatabases ? created : []
      for (const name of dropped) await admin.query(`drop database ${admin.escapeIdentifier(name)} with (force)`)
      await admin.end()
    },
  }
}

function findPostgresBin(): string {
  const debian = '/usr/lib/postgresql'
  const installed = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [...(process.env['PATH'] ?? '').split(delimiter), ...installed.map((it) => join(debian, it, 'bin'))]
  const found = places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres')))
  if (found === undefined) throw new Error('no PostgreSQL found: install it, or name one in BENCH_DATABASE_URL')
  return found
}

/** PostgreSQL refuses to run as root; any other account of this machine will do. */
function unprivilegedOwner(): Owner {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody')
  if (account === undefined) throw new Error('PostgreSQL does not run as root, and there is no account named nobody')
  return { uid: Number(account[2]), gid: Number(account[3]) }
}

type ClusterPlace = { bin: string; directory: string; password: string; owner: Owner | undefined }

function initDatabase({ bin, directory, password, owner }: ClusterPlace): string {
  const data = join(directory, 'data')
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (owner !== undefined) chownSync(passwordFile, owner.uid, owner.gid)
  const options = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8']
  const made = spawnSync(join(bin, 'initdb'), [...options, '--locale=C.UTF-8'], {
    ...owner,
    cwd: directory,
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  return data
}

type PostgresStart = { bin: string; data: string; port: number; owner: Owner | undefined }

function startPostgres({ bin, data, port, owner }: PostgresStart): ChildProcess {
  const settings = {
    listen_addresses: host,
    port: String(port),
    unix_socket_directories: '',
    fsync: 'on',
    synchronous_commit: 'on',
    shared_buffers: '1GB',
    // A checkpoint in the middle of one contestant's round would be charged to that contestant.
    max_wal_size: '4GB',
    log_min_messages: 'fatal',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return spawn(join(bin, 'postgres'), ['-D', data, ...options], { ...owner, cwd: data, stdio: 'ignore' })
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  while (server.exitCode === null && Date.now() < deadline) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await delay(50)
    }
  }
  throw new Error('PostgreSQL did not become ready')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('the system gave no port')
  return address.port
}
