import { totalMicroseconds, type Result } from './result.ts'

/** One promise about Rollcall's speed, held against one result. */
export type Aim = {
  readonly text: string
  readonly row: string
  readonly people: number
  readonly contestant: string
  readonly measured: number
  /** The measured value must not be above it. */
  readonly limit: number
  readonly isMet: boolean
}

// Server CPU per request, as a multiple of the floor's. An embedded database is inside of the server, so that there is
// nothing to compare.
const floorLimits: Readonly<Record<string, number>> = { read: 1.5, exists: 1.5, create: 2.5 }
const lastPageLimit = 2

/** Every aim that the results let one judge. */
export function judge(results: readonly Result[]): readonly Aim[] {
  return results
    .filter(({ role }) => role === 'rollcall')
    .flatMap((result) => judgeResult(result, rivals(result, results)))
}

function judgeResult(result: Result, others: readonly Result[]): readonly Aim[] {
  const aims: Aim[] = []
  const add = (text: string, measured: number | undefined, limit: number) => {
    if (measured === undefined) return
    const { row, people, contestant } = result
    aims.push({ text, row, people, contestant, measured, limit, isMet: measured <= limit })
  }
  for (const other of others) {
    if (other.role === 'peer') {
      add('total CPU against the peer', ratio(totalMicroseconds(result), totalMicroseconds(other)), 1)
      add('time per request against the peer', other.requestsPerSecond / result.requestsPerSecond, 1)
    } else {
      const limit = floorLimits[result.row]
      if (limit !== undefined && result.storage === 'postgres') {
        add('server CPU against the floor', result.serverMicroseconds / other.serverMicroseconds, limit)
      }
    }
  }
  const { walk } = result
  if (walk) add('last pages against the first', walk.lastPagesMs / walk.firstPagesMs, lastPageLimit)
  return aims
}

/** The other contestants' results of the same work. */
function rivals(result: Result, results: readonly Result[]): readonly Result[] {
  return results.filter(
    ({ row, people, role }) => row === result.row && people === result.people && role !== 'rollcall',
  )
}

function ratio(measured: number | undefined, other: number | undefined): number | undefined {
  return measured === undefined || other === undefined ? undefined : measured / other
}
