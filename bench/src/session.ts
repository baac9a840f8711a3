import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'
import { startContestant, type Contestant, type RunningContestant } from './contestant.ts'
import { connect, type Connections, type Drive } from './drive.ts'
import { cpuMicroseconds, residentBytes } from './processes.ts'
import { create, newPeople, type People, type Row } from './rows.ts'

/** A running contestant with its database and the people that it holds. */
export type Session = {
  readonly contestant: Contestant
  readonly running: RunningContestant
  readonly cluster: Cluster
  /** Its database in the benchmark's PostgreSQL; undefined when it keeps its own. */
  readonly database?: string
  readonly databaseUrl?: string
  readonly people: People
}

/** One round of one row on one contestant. */
export type Round = Drive & {
  readonly serverMicroseconds: number
  /** Undefined when PostgreSQL runs where its processes cannot be seen. */
  readonly databaseMicroseconds: number | undefined
}

export type Memory = { readonly serverBytes: number; readonly databaseBytes: number | undefined }

const loadingConnections = 16
const mostWarmUps = 400

/** @param prefix of the database's name, so that two runs on one PostgreSQL do not meet */
export async function openSession(
  contestant: Contestant,
  cluster: Cluster,
  place: { directory: string; prefix: string },
): Promise<Session> {
  const directory = join(place.directory, contestant.name)
  mkdirSync(directory, { recursive: true })
  const databasePlace = contestant.storage === 'postgres' ? await makeDatabase(contestant, cluster, place.prefix) : {}
  const running = await startContestant(contestant, { directory, ...databasePlace })
  return { contestant, running, cluster, ...databasePlace, people: newPeople() }
}

async function makeDatabase(contestant: Contestant, cluster: Cluster, prefix: string) {
  const database = `${prefix}_${contestant.name}`
  return { database, databaseUrl: await cluster.createDatabase(database) }
}

/**
 * Creates people until there are `size`, through the API and as fast as it takes them.
 *
 * @returns the seconds that it took, and how many were created
 */
export async function load(session: Session, size: number): Promise<{ people: number; seconds: number }> {
  const people = size - session.people.ids.length
  if (people <= 0) return { people: 0, seconds: 0 }
  const { seconds } = await withConnections(session, loadingConnections, (connections) =>
    connections.drive(people, () => create(session.people)),
  )
  if (session.database !== undefined) await session.cluster.settle(session.database)
  return { people, seconds }
}

/** Warms up, then measures one round. */
export async function measure(session: Session, row: Row, requests: number): Promise<Round> {
  return withConnections(session, row.connections, async (connections) => {
    await connections.drive(Math.min(mostWarmUps, Math.ceil(requests / 4)), row.begin(session.people))
    const before = readCpu(session)
    const drive = await connections.drive(requests, row.begin(session.people))
    const after = readCpu(session)
    return {
      ...drive,
      serverMicroseconds: after.server - before.server,
      databaseMicroseconds: after.database === undefined ? undefined : after.database - (before.database ?? 0),
    }
  })
}

export function readMemory({ running, cluster, database }: Session): Memory {
  return {
    serverBytes: residentBytes(running.pid),
    databaseBytes: database === undefined ? 0 : cluster.databaseBytes(database),
  }
}

function readCpu({ running, cluster, database }: Session): { server: number; database: number | undefined } {
  return {
    server: cpuMicroseconds(running.pid),
    database: database === undefined ? 0 : cluster.cpuMicroseconds(),
  }
}

async function withConnections<Result>(
  { running }: Session,
  count: number,
  use: (connections: Connections) => Promise<Result>,
): Promise<Result> {
  const connections = connect(running, count)
  try {
    return await use(connections)
  } finally {
    await connections.close()
  }
}
