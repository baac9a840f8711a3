import type { AttributeDifference } from './compare.ts'
import type { Task } from './life.ts'
import type { RemoteError } from './remote-error.ts'

export type Failure = {
  readonly scenario: string
  /** The login; null for what concerns nobody in particular. */
  readonly person: string | null
  /** What Okta shows to the administrator. */
  readonly message: string
  readonly request: string
  /** Null when no answer came. */
  readonly status: number | null
}

export type Difference = AttributeDifference & { readonly person: string }

export type ScenarioReport = {
  readonly scenario: string
  /** Requests sent, repeated ones included. */
  readonly requests: number
  /** Tasks that went through: mostly one a person. */
  readonly ok: number
  readonly failed: number
  /** Requests repeated after a 429. */
  readonly retries: number
  /** Of single requests, waiting after a 429 not included; null without requests. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly durationMs: number
}

export type OktaProgress =
  | { readonly type: 'scenario-started'; readonly scenario: string; readonly about: string; readonly tasks: number }
  | { readonly type: 'task-done'; readonly scenario: string; readonly done: number; readonly tasks: number }
  | { readonly type: 'waiting'; readonly scenario: string; readonly request: string; readonly seconds: number }
  | { readonly type: 'failure'; readonly failure: Failure }
  | { readonly type: 'difference'; readonly difference: Difference }
  | { readonly type: 'scenario-finished'; readonly report: ScenarioReport }

/** The notes of a run: what the report is made of. */
export type RunRecord = {
  readonly start: (scenario: string, about: string, tasks: number) => void
  readonly finish: () => ScenarioReport
  readonly replied: (durationMs: number) => void
  readonly waited: (wait: { readonly request: string; readonly seconds: number }) => void
  readonly done: () => void
  readonly failed: (task: Task, error: RemoteError) => void
  readonly differs: (person: string, difference: AttributeDifference) => void
  readonly failures: readonly Failure[]
  readonly differences: readonly Difference[]
}

export function openRecord(onProgress: (event: OktaProgress) => void): RunRecord {
  const failures: Failure[] = []
  const differences = new Map<string, Difference>()
  let current = { scenario: '', tasks: 0, ok: 0, failed: 0, retries: 0, startedAt: 0, durations: [] as number[] }

  const taskDone = () => {
    const { scenario, ok, failed, tasks } = current
    onProgress({ type: 'task-done', scenario, done: ok + failed, tasks })
  }
  return {
    start: (scenario, about, tasks) => {
      current = { scenario, tasks, ok: 0, failed: 0, retries: 0, startedAt: performance.now(), durations: [] }
      onProgress({ type: 'scenario-started', scenario, about, tasks })
    },
    finish: () => {
      const { scenario, ok, failed, retries, startedAt, durations } = current
      const sorted = durations.toSorted((left, right) => left - right)
      const report = {
        scenario,
        requests: durations.length,
        ok,
        failed,
        retries,
        p50Ms: quantile(sorted, 0.5),
        p99Ms: quantile(sorted, 0.99),
        durationMs: round(performance.now() - startedAt),
      }
      onProgress({ type: 'scenario-finished', report })
      return report
    },
    replied: (durationMs) => void current.durations.push(durationMs),
    waited: (wait) => {
      current.retries += 1
      onProgress({ type: 'waiting', scenario: current.scenario, ...wait })
    },
    done: () => {
      current.ok += 1
      taskDone()
    },
    failed: (task, error) => {
      const failure = {
        scenario: current.scenario,
        person: task.person,
        message: `${task.failing}: ${error.message}`,
        request: error.request,
        status: error.status ?? null,
      }
      failures.push(failure)
      current.failed += 1
      onProgress({ type: 'failure', failure })
      taskDone()
    },
    differs: (person, attributeDifference) => {
      const difference = { person, ...attributeDifference }
      const key = JSON.stringify([person, difference.attribute, difference.expected, difference.actual])
      if (differences.has(key)) return
      differences.set(key, difference)
      onProgress({ type: 'difference', difference })
    },
    failures,
    get differences() {
      return [...differences.values()]
    },
  }
}

function quantile(sorted: readonly number[], part: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)]
  return value === undefined ? null : round(value)
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
