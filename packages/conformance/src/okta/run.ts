import { setTimeout as wait } from 'node:timers/promises'
import pLimit from 'p-limit'
import type { Mode } from './assignment.ts'
import { connect } from './client.ts'
import { type Life, noAssignments, type Scenario, type Task } from './life.ts'
import type { Person } from './person.ts'
import {
  type Difference,
  type Failure,
  type OktaProgress,
  openRecord,
  type RunRecord,
  type ScenarioReport,
} from './record.ts'
import { RemoteError } from './remote-error.ts'
import { chooseScenarios, type OktaScenarioName } from './scenarios.ts'
import { testCredentials } from './scenarios/connect.ts'

export type OktaOptions = {
  /** The SCIM base, as it is pasted into Okta: `https://host/api/v2/scim`. */
  readonly baseUrl: string
  readonly token: string
  /** `bearer` puts the word before the token; `header` sends the token as it is. */
  readonly authorization: 'bearer' | 'header'
  /** `aiw`: a private app, updated by GET and PUT; `oin`: an app of Okta's catalogue, updated by PATCH. */
  readonly mode: Mode
  readonly people: readonly Person[]
  readonly concurrency: number
  /** Which scenarios, with those they build on; all of them when absent. The order is always that of the life. */
  readonly scenario?: OktaScenarioName | readonly OktaScenarioName[]
  readonly onProgress?: (event: OktaProgress) => void
  /** Ends the run: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** The wait after a 429; replaced where waiting is to be observed instead. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  /** How long one reply may take; Okta's limit, 60 s, when absent. */
  readonly responseLimitMs?: number
}

export type OktaReport = {
  /** Nothing failed, nothing differs, and everything was run. */
  readonly ok: boolean
  /** Without the credentials that a URL may hold. */
  readonly baseUrl: string
  readonly mode: Mode
  readonly people: number
  readonly scenarios: readonly ScenarioReport[]
  /** What was left out, since with credentials that do not work Okta does nothing else. */
  readonly notRun: readonly OktaScenarioName[]
  readonly failures: readonly Failure[]
  readonly differences: readonly Difference[]
}

/**
 * Drives a SCIM server as Okta does, request by request, and reports what an administrator would see there.
 *
 * @throws TypeError for a base URL that is none
 */
export async function runOkta(options: OktaOptions): Promise<OktaReport> {
  const baseUrl = readBaseUrl(options.baseUrl)
  const record = openRecord(options.onProgress ?? (() => {}))
  const client = connect({
    baseUrl,
    token: options.token,
    authorization: options.authorization,
    connections: options.concurrency,
    responseLimitMs: options.responseLimitMs ?? responseLimitMs,
    sleep: options.sleep ?? sleep,
    signal: options.signal,
    onReply: record.replied,
    onWait: record.waited,
  })
  const life: Life = {
    mode: options.mode,
    send: client.send,
    people: options.people,
    assignments: noAssignments(),
    reportDifference: record.differs,
  }
  try {
    return await live(life, options, record, baseUrl)
  } finally {
    await client.close()
  }
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  // A timer that is asked to wait longer does not wait at all.
  return wait(Math.min(milliseconds, 2 ** 31 - 1), undefined, signal && { signal })
}

// Okta closes the socket of a reply that takes longer.
const responseLimitMs = 60_000

async function live(life: Life, options: OktaOptions, record: RunRecord, baseUrl: string): Promise<OktaReport> {
  const chosen = chooseScenarios(options.scenario)
  const reports: ScenarioReport[] = []
  for (const scenario of chosen) {
    const report = await runScenario(scenario, life, options, record)
    reports.push(report)
    if (scenario === testCredentials && report.failed > 0) break
  }
  const notRun = chosen.slice(reports.length).map(({ name }) => name)
  const { failures, differences } = record
  return {
    ok: failures.length === 0 && differences.length === 0 && notRun.length === 0,
    baseUrl: withoutCredentials(baseUrl),
    mode: options.mode,
    people: options.people.length,
    scenarios: reports,
    notRun,
    failures,
    differences,
  }
}

async function runScenario(
  scenario: Scenario,
  life: Life,
  options: OktaOptions,
  record: RunRecord,
): Promise<ScenarioReport> {
  const tasks = scenario.tasks(life)
  record.start(scenario.name, scenario.about, tasks.length)
  const limit = pLimit({ concurrency: options.concurrency, rejectOnClear: true })
  try {
    await limit.map(tasks, (task) => runTask(task, record))
  } catch (error) {
    limit.clearQueue()
    throw error
  }
  return record.finish()
}

/** Okta goes on with the other people when one task has failed. */
async function runTask(task: Task, record: RunRecord): Promise<void> {
  try {
    await task.run()
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error
    record.failed(task, error)
    return
  }
  record.done()
}

function readBaseUrl(text: string): string {
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TypeError('the base URL must be http or https')
  return text.replace(/\/+$/, '')
}

function withoutCredentials(baseUrl: string): string {
  const url = new URL(baseUrl)
  url.username = ''
  url.password = ''
  return url.href
}
