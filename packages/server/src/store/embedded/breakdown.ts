import type { PGlite } from '@electric-sql/pglite'

/**
 * Ends the thread when PostgreSQL ends itself (FATAL, PANIC), traps or overflows the stack.
 *
 * PGlite takes every such exception for a reported error and goes on with what is left of the process: the client
 * gets no answer, or waits for ever.
 */
export function endOnBreakdown(db: PGlite, onBroken: (thrown: unknown) => never): void {
  const module = db.Module
  const runOnce = module._PostgresMainLoopOnce.bind(module)
  module._PostgresMainLoopOnce = () => {
    try {
      runOnce()
    } catch (thrown) {
      if (exitStatusOf(thrown) === errorReported) throw thrown
      onBroken(thrown)
    }
  }
}

// The status with which PostgreSQL leaves its main loop to report an ordinary error to the client.
const errorReported = 100

function exitStatusOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'status' in thrown ? thrown.status : undefined
}

/** What PostgreSQL logged of its own state before it ended. */
export type LastWords = {
  /** Takes a line of its log; false, which PGlite asks for, has it printed nowhere else. */
  readonly note: (line: string) => boolean
  readonly text: () => string
}

export function newLastWords(): LastWords {
  const lines: string[] = []
  return {
    note: (line) => {
      if (isOfItself(line)) lines.push(line)
      if (lines.length > maxLines) lines.shift()
      return false
    },
    text: () => (lines.length > 0 ? `PostgreSQL said: ${lines.join(' | ')}` : 'PostgreSQL said nothing.'),
  }
}

const maxLines = 5

// An ERROR with its DETAIL and STATEMENT is about a request, and has people's names and addresses in it.
const isOfItself = (line: string) => / (LOG|WARNING|FATAL|PANIC): /.test(line)
