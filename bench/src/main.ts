import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, platform, release, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { judge } from './aims.ts'
import { openClosing } from './closing.ts'
import { startCluster, useCluster, type Cluster } from './cluster.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { formatAims, formatResults } from './report.ts'
import { summarize, type Result } from './result.ts'
import type { Row } from './rows.ts'
import { requireSameTable } from './same-table.ts'
import { load, measure, openSession, readMemory, type Round, type Session } from './session.ts'

type Loading = { readonly contestant: string; readonly people: number; readonly seconds: number }
type Report = { readonly results: Result[]; readonly loadings: Loading[] }

const closing = openClosing()
try {
  await run(readOptions())
} finally {
  await closing.close()
}

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}\n`)
    process.exit(2)
  }
}

async function run(options: Options): Promise<void> {
  const startedAt = new Date()
  const cluster = await openCluster()
  say(`PostgreSQL ${cluster.version}, Node ${process.version}, ${cpus().length} cores`)
  const sessions = await openSessions(options, cluster)
  await requireSameTable(sessions)
  const report: Report = { results: [], loadings: [] }
  for (const size of options.sizes) await runSize(options, sessions, size, report)

  const aims = judge(report.results)
  say(formatAims(aims))
  const file = options.out ?? defaultFile(startedAt)
  const seconds = (Date.now() - startedAt.getTime()) / 1000
  const machine = describeMachine(cluster)
  const { effort, sizes } = options
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ startedAt, seconds, machine, effort, sizes, ...report, aims }, null, 2)}\n`)
  say(`${seconds.toFixed(0)} s; every figure is in ${file}`)
}

async function openCluster(): Promise<Cluster> {
  const url = process.env['BENCH_DATABASE_URL']
  const cluster = url === undefined ? await startCluster() : await useCluster(url)
  closing.add(() => cluster.stop())
  return cluster
}

async function openSessions(options: Options, cluster: Cluster): Promise<readonly Session[]> {
  const directory = mkdtempSync(join(tmpdir(), 'rollcall-bench-data-'))
  closing.add(async () => rmSync(directory, { recursive: true, force: true }))
  const sessions: Session[] = []
  for (const contestant of options.contestants) {
    const session = await openSession(contestant, cluster, { directory, prefix: `rollcall_bench_${process.pid}` })
    closing.add(() => session.running.stop())
    sessions.push(session)
  }
  return sessions
}

async function runSize(options: Options, sessions: readonly Session[], size: number, report: Report): Promise<void> {
  for (const session of sessions) {
    const loading = { contestant: session.contestant.title, ...(await load(session, size)) }
    report.loadings.push(loading)
    say(`loaded ${loading.people} people into ${loading.contestant} in ${loading.seconds.toFixed(1)} s`)
  }
  const isLargest = size === options.sizes.at(-1)
  for (const row of options.rows.filter(({ at }) => at === 'every size' || isLargest)) {
    const results = await runRow(options, sessions, row, size)
    report.results.push(...results)
    say(formatResults(results))
  }
}

/** Goes round the contestants, so that whatever else the machine does meets them all. */
async function runRow(
  options: Options,
  sessions: readonly Session[],
  row: Row,
  size: number,
): Promise<readonly Result[]> {
  const requests = Math.ceil(row.requests(size) / (options.effort === 'quick' && !row.isWalk ? 5 : 1))
  const measured = sessions.map((session) => ({ session, rounds: [] as Round[] }))
  for (let round = 0; round < (options.rounds ?? row.rounds[options.effort]); round += 1) {
    for (const { session, rounds } of measured) rounds.push(await measure(session, row, requests))
  }
  return measured.map(({ session, rounds }) =>
    summarize(session.contestant, row, { people: size, rounds, memory: readMemory(session) }),
  )
}

function describeMachine(cluster: Cluster) {
  return {
    processors: cpus().map(({ model }) => model),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()}`,
    node: process.version,
    postgres: cluster.version,
  }
}

function defaultFile(startedAt: Date): string {
  const name = `${startedAt.toISOString().replaceAll(':', '-')}.json`
  return fileURLToPath(new URL(`../results/${name}`, import.meta.url))
}

function say(text: string): void {
  process.stdout.write(`${text}\n\n`)
}
