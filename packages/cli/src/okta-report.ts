import type { OktaReport } from '@rollcall/conformance'
import Table from 'cli-table3'

// The first ones say what is wrong; all of them are in the report that --json prints.
const shown = 20

// A line between the rows would make the table twice as long.
const withoutRules = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }

/** The report for a person: a table of the scenarios, then what failed and what differs. */
export function reportText(report: OktaReport): string {
  return [scenarioTable(report), ...failureLines(report), ...differenceLines(report), verdict(report)].join('\n')
}

function scenarioTable({ scenarios }: OktaReport): string {
  const table = new Table({
    head: ['scenario', 'requests', 'ok', 'failed', 'retries', 'p50 ms', 'p99 ms', 'seconds'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
    chars: withoutRules,
  })
  for (const { scenario, requests, ok, failed, retries, p50Ms, p99Ms, durationMs } of scenarios) {
    table.push([scenario, requests, ok, failed, retries, ms(p50Ms), ms(p99Ms), (durationMs / 1000).toFixed(1)])
  }
  return table.toString()
}

const ms = (value: number | null): string => value?.toFixed(1) ?? '–'

function failureLines({ failures }: OktaReport): readonly string[] {
  const lines = failures
    .slice(0, shown)
    .map(
      ({ scenario, person, message, request, status }) =>
        `  ${scenario}: ${person ?? '–'}: ${message} (${request} → ${status ?? 'no answer'})`,
    )
  return section('failed', failures.length, lines)
}

function differenceLines({ differences }: OktaReport): readonly string[] {
  const lines = differences
    .slice(0, shown)
    .map(
      ({ person, attribute, expected, actual }) =>
        `  ${person}: ${attribute}: sent ${JSON.stringify(expected)}, read ${JSON.stringify(actual)}`,
    )
  return section('differ', differences.length, lines)
}

function section(word: string, total: number, lines: readonly string[]): readonly string[] {
  if (total === 0) return []
  const more = total > lines.length ? [`  … and ${total - lines.length} more (--json has them all)`] : []
  return ['', `${total} ${word}:`, ...lines, ...more]
}

function verdict({ ok, baseUrl, people, mode, notRun, differences, failures }: OktaReport): string {
  if (ok) return `\nAll ${people} people are at ${baseUrl} just as Okta (${mode}) has them.`
  const skipped = notRun.length > 0 ? `; not run: ${notRun.join(', ')}` : ''
  return `\nNot as Okta (${mode}) has it: ${failures.length} failed, ${differences.length} differ${skipped}.`
}
