import { readdirSync, readFileSync } from 'node:fs'

type ProcessEntry = { readonly pid: number; readonly parentPid: number; readonly reapedTicks: number }

// Linux reports the times of reaped children in ticks of USER_HZ, which is 100 on every architecture that Node runs on.
const microsecondsPerTick = 10_000

/**
 * The CPU time, user and system, that a process and all below it have used so far, in microseconds. Threads are read
 * from the scheduler's own counter, which is exact to the nanosecond; `/proc/<pid>/stat` counts in steps of 10 ms,
 * longer than a whole round of some rows. Children that have ended count by what their parent reaped.
 */
export function cpuMicroseconds(rootPid: number): number {
  let total = 0
  for (const { pid, reapedTicks } of familyOf(rootPid)) {
    total += threadMicroseconds(pid) + reapedTicks * microsecondsPerTick
  }
  return total
}

/** The resident memory of one process, in bytes. */
export function residentBytes(pid: number): number {
  return readKilobytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+) kB$/m) * 1024
}

/**
 * The memory of the PostgreSQL connections to one database, in bytes. A page that several processes map, as the shared
 * buffers are, is divided among them; a plain sum of resident sizes would count it once for each.
 */
export function databaseBytes(postmasterPid: number, database: string): number {
  let total = 0
  for (const { pid } of familyOf(postmasterPid)) {
    if (readText(`/proc/${pid}/cmdline`).split(' ').includes(database)) {
      total += readKilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB$/m) * 1024
    }
  }
  return total
}

/** The parent of a process, when that process runs on this machine and is PostgreSQL. */
export function postmasterOf(backendPid: number): number | undefined {
  if (readText(`/proc/${backendPid}/comm`).trim() !== 'postgres') return undefined
  return readEntry(backendPid)?.parentPid
}

/** The process itself and everything that descends from it. */
function familyOf(rootPid: number): readonly ProcessEntry[] {
  const entries = allEntries()
  const family = new Map(entries.filter(({ pid }) => pid === rootPid).map((entry) => [entry.pid, entry]))
  let before = 0
  while (family.size > before) {
    before = family.size
    for (const entry of entries) if (family.has(entry.parentPid)) family.set(entry.pid, entry)
  }
  return [...family.values()]
}

function allEntries(): readonly ProcessEntry[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map((pid) => readEntry(Number(pid))).filter((entry) => entry !== undefined)
}

function readEntry(pid: number): ProcessEntry | undefined {
  const text = readText(`/proc/${pid}/stat`)
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const parentPid = Number(fields[1])
  const reapedTicks = Number(fields[13]) + Number(fields[14])
  return Number.isNaN(reapedTicks) ? undefined : { pid, parentPid, reapedTicks }
}

function threadMicroseconds(pid: number): number {
  let nanoseconds = 0
  for (const thread of readNames(`/proc/${pid}/task`)) {
    nanoseconds += Number(readText(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0])
  }
  return nanoseconds / 1000
}

function readKilobytes(path: string, pattern: RegExp): number {
  return Number(pattern.exec(readText(path))?.[1] ?? 0)
}

/** The text of a file below /proc; nothing when its process has ended in the meantime. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function readNames(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
