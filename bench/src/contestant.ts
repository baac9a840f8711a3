import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** One of the servers that do the same work side by side. */
export type Contestant = {
  readonly name: string
  readonly title: string
  /** What its figures are for: the measure, what others offer, or what this project promises. */
  readonly role: 'floor' | 'peer' | 'rollcall'
  /** Whether it is given a database in the benchmark's PostgreSQL or only a directory. */
  readonly storage: 'postgres' | 'directory'
  /** The arguments that start it with Node. */
  arguments(place: Place): readonly string[]
}

export type Place = {
  readonly directory: string
  readonly databaseUrl?: string
}

/** A contestant that answers. */
export type RunningContestant = {
  readonly pid: number
  readonly scimBaseUrl: string
  readonly applicationKey: string
  stop(): Promise<void>
}

type Ready = Pick<RunningContestant, 'scimBaseUrl' | 'applicationKey'>

const startTimeoutMs = 60_000
const stopTimeoutMs = 20_000

export const contestants: readonly Contestant[] = [
  {
    name: 'floor',
    title: 'floor (Fastify, one statement)',
    role: 'floor',
    storage: 'postgres',
    arguments: () => programOf('floor'),
  },
  {
    name: 'scimmy',
    title: 'scimmy-routers, PostgreSQL',
    role: 'peer',
    storage: 'postgres',
    arguments: () => programOf('scimmy'),
  },
  {
    name: 'rollcall',
    title: 'Rollcall, PostgreSQL',
    role: 'rollcall',
    storage: 'postgres',
    arguments: ({ directory, databaseUrl = '' }) => [...rollcall(directory), '--database-url', databaseUrl],
  },
  {
    name: 'embedded',
    title: 'Rollcall, embedded',
    role: 'rollcall',
    storage: 'directory',
    arguments: ({ directory }) => rollcall(directory),
  },
]

/**
 * Starts a contestant as a process of its own, so that its CPU time and memory are its own, and waits until it says
 * that it is ready: one line of JSON on its standard output. Its log goes to a file, as in production.
 */
export async function startContestant(contestant: Contestant, place: Place): Promise<RunningContestant> {
  const logFile = join(place.directory, 'log.txt')
  const log = openSync(logFile, 'a')
  const child = spawn(process.execPath, contestant.arguments(place), {
    env: { ...process.env, DATABASE_URL: place.databaseUrl, NODE_ENV: 'production' },
    stdio: ['pipe', 'pipe', log],
  })
  closeSync(log)
  try {
    const ready = await untilReady(child)
    if (child.pid === undefined) throw new Error('it has no process id')
    return { ...ready, pid: child.pid, stop: () => stopProcess(child) }
  } catch (cause) {
    await stopProcess(child)
    throw new Error(`${contestant.title} did not start. ${readFileSync(logFile, 'utf8').slice(-2000)}`, { cause })
  }
}

/** Starts as anyone would start it, on a port that the system chooses. */
function rollcall(directory: string): readonly string[] {
  const command = fileURLToPath(new URL('../../packages/cli/bin/rollcall.js', import.meta.url))
  return [command, 'start', '--json', '--port', '0', '--data', join(directory, 'data')]
}

/** A program of this folder, compiled or not as this file itself is. */
function programOf(name: string): readonly string[] {
  const file = new URL(`./contestants/${name}${extname(import.meta.url)}`, import.meta.url)
  return [...process.execArgv, fileURLToPath(file)]
}

async function untilReady(child: ChildProcess): Promise<Ready> {
  if (child.stdout === null) throw new Error('it has no standard output')
  const signal = AbortSignal.timeout(startTimeoutMs)
  const lines = createInterface({ input: child.stdout, signal })
  for await (const line of lines) {
    const ready = readReady(line)
    if (ready !== undefined) {
      // What it says from now on is read and dropped: a full pipe would stop it.
      child.stdout.resume()
      return ready
    }
  }
  throw new Error(signal.aborted ? 'it was not ready in time' : 'it ended')
}

function readReady(line: string): Ready | undefined {
  const message: unknown = line.startsWith('{') ? JSON.parse(line) : undefined
  if (typeof message !== 'object' || message === null) return undefined
  const { event, scimBaseUrl, applicationKey } = message as Record<string, unknown>
  if (event !== 'ready' || typeof scimBaseUrl !== 'string' || typeof applicationKey !== 'string') return undefined
  return { scimBaseUrl, applicationKey }
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const forced = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
  await exited
  clearTimeout(forced)
}
