import type { Aim } from './aims.ts'
import { totalMicroseconds, type Result } from './result.ts'

const header = [
  '',
  'req/s',
  'p50 ms',
  'p99 ms',
  'server µs',
  'db µs',
  'sum µs',
  'server ×floor',
  'sum ×floor',
  'sum ×peer',
  'server MB',
  'db MB',
]

/** The table of one row at one number of people: a line for each contestant. */
export function formatResults(results: readonly Result[]): string {
  const [first] = results
  if (first === undefined) return ''
  const floor = results.find(({ role }) => role === 'floor')
  const peer = results.filter(({ role }) => role === 'peer').toSorted(byTotal)[0]
  const lines = results.map((result) => [
    result.contestant,
    whole(result.requestsPerSecond),
    result.p50Ms.toFixed(2),
    result.p99Ms.toFixed(2),
    whole(result.serverMicroseconds),
    whole(result.databaseMicroseconds),
    whole(totalMicroseconds(result)),
    times(result.serverMicroseconds, floor?.serverMicroseconds),
    times(totalMicroseconds(result), floor && totalMicroseconds(floor)),
    times(totalMicroseconds(result), peer && totalMicroseconds(peer)),
    megabytes(result.memory.serverBytes),
    megabytes(result.memory.databaseBytes),
  ])
  const { people, rounds, requestsPerRound } = first
  const title = `${first.title}, ${thousands(people)} people (${rounds} × ${thousands(requestsPerRound)} requests)`
  return [title, formatTable([header, ...lines]), ...results.map(formatWalk)].filter((text) => text !== '').join('\n')
}

/** How many aims are met, and each that is not. */
export function formatAims(aims: readonly Aim[]): string {
  const missed = aims.filter(({ isMet }) => !isMet)
  const lines = missed.map(({ contestant, row, people, text, measured, limit }) => [
    contestant,
    row,
    thousands(people),
    text,
    measured.toFixed(2),
    `≤ ${limit}`,
  ])
  const title = `${aims.length - missed.length} of ${aims.length} aims are met`
  return lines.length === 0 ? title : `${title}; missed are:\n${formatTable(lines)}`
}

function formatWalk({ contestant, walk }: Result): string {
  if (walk === undefined) return ''
  const { totalSeconds, firstPagesMs, lastPagesMs } = walk
  const ends = `first ten pages ${firstPagesMs.toFixed(1)} ms each, last ten ${lastPagesMs.toFixed(1)} ms`
  return `  ${contestant}: ${totalSeconds.toFixed(1)} s in all; ${ends} (×${(lastPagesMs / firstPagesMs).toFixed(2)})`
}

/** Text at the left, numbers at the right, as wide as they need to be. */
function formatTable(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const isNumber = (text: string) => /^[–×≤\d]/.test(text)
  return lines
    .map((line, index) =>
      line.map((text, column) => {
        const width = widths[column] ?? 0
        const isRight = isNumber(text) || (index === 0 && isNumber(lines[1]?.[column] ?? ''))
        return isRight ? text.padStart(width) : text.padEnd(width)
      }),
    )
    .map((cells) => `  ${cells.join('  ').trimEnd()}`)
    .join('\n')
}

function byTotal(a: Result, b: Result): number {
  return (totalMicroseconds(a) ?? a.serverMicroseconds) - (totalMicroseconds(b) ?? b.serverMicroseconds)
}

function whole(value: number | undefined): string {
  return value === undefined ? '–' : thousands(Math.round(value))
}

function times(value: number | undefined, base: number | undefined): string {
  return value === undefined || base === undefined ? '–' : `×${(value / base).toFixed(2)}`
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : whole(bytes / 1024 / 1024)
}

function thousands(value: number): string {
  return value.toLocaleString('en-US')
}
