import type { Contestant } from './contestant.ts'
import type { Row } from './rows.ts'
import type { Memory, Round } from './session.ts'

/** What one row took on one contestant: medians of the rounds, percentiles of all requests. */
export type Result = {
  readonly row: string
  readonly title: string
  /** How many people the contestant held. */
  readonly people: number
  readonly contestant: string
  readonly role: Contestant['role']
  readonly storage: Contestant['storage']
  readonly rounds: number
  readonly requestsPerRound: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU per request, user and system. */
  readonly serverMicroseconds: number
  readonly databaseMicroseconds: number | undefined
  readonly memory: Memory
  /** Only where the requests are the pages of a list in order. */
  readonly walk: Walk | undefined
}

type Walk = {
  readonly totalSeconds: number
  /** Median time of the first ten pages and of the last ten. */
  readonly firstPagesMs: number
  readonly lastPagesMs: number
}

export type Measured = {
  readonly people: number
  readonly rounds: readonly Round[]
  readonly memory: Memory
}

const pagesAtAnEnd = 10

/** What the rounds of one row on one contestant come to. */
export function summarize(contestant: Contestant, row: Row, measured: Measured): Result {
  const { people, rounds, memory } = measured
  const latencies = rounds.flatMap(({ latenciesMs }) => latenciesMs)
  const databaseMicroseconds = rounds.map((round) => round.databaseMicroseconds)
  const perRequest = (microseconds: readonly number[]) =>
    median(rounds.map(({ requests }, index) => (microseconds[index] ?? 0) / requests))
  return {
    row: row.name,
    title: row.title,
    people,
    contestant: contestant.title,
    role: contestant.role,
    storage: contestant.storage,
    rounds: rounds.length,
    requestsPerRound: rounds[0]?.requests ?? 0,
    requestsPerSecond: median(rounds.map(({ requests, seconds }) => requests / seconds)),
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    serverMicroseconds: perRequest(rounds.map(({ serverMicroseconds }) => serverMicroseconds)),
    databaseMicroseconds: databaseMicroseconds.every((it) => it !== undefined)
      ? perRequest(databaseMicroseconds)
      : undefined,
    memory,
    walk: row.isWalk ? summarizeWalk(rounds) : undefined,
  }
}

/** All the CPU of one request, the database's with it; undefined when that cannot be seen. */
export function totalMicroseconds({ serverMicroseconds, databaseMicroseconds }: Result): number | undefined {
  return databaseMicroseconds === undefined ? undefined : serverMicroseconds + databaseMicroseconds
}

function summarizeWalk(rounds: readonly Round[]): Walk {
  const overRounds = (part: (latenciesMs: readonly number[]) => number) =>
    median(rounds.map(({ latenciesMs }) => part(latenciesMs)))
  return {
    totalSeconds: overRounds((latenciesMs) => sum(latenciesMs) / 1000),
    firstPagesMs: overRounds((latenciesMs) => median(latenciesMs.slice(0, pagesAtAnEnd))),
    lastPagesMs: overRounds((latenciesMs) => median(latenciesMs.slice(-pagesAtAnEnd))),
  }
}

function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
