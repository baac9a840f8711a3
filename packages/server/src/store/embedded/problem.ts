/**
 * Why the embedded database does not start, or does not go on.
 *
 * - `inUse`: another process has the directory open.
 * - `notWritable`: the directory cannot be made or written.
 * - `otherFormat`: the directory was made by another engine, or is not one of ours.
 * - `notDurable`: a commit would not reach the disk.
 * - `stopped`: the engine has ended, closed or broken; what was acknowledged is on the disk.
 */
export type EmbeddedProblem = 'inUse' | 'notWritable' | 'otherFormat' | 'notDurable' | 'stopped'

/** The one error of this folder; its message is meant for the person who starts the server. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError'
  readonly problem: EmbeddedProblem

  constructor(problem: EmbeddedProblem, message: string, options?: ErrorOptions) {
    super(message, options)
    this.problem = problem
  }
}

/** The text of anything thrown; WebAssembly's "exit" is an object with a message and no Error. */
export function reasonOf(thrown: unknown): string {
  const hasMessage = typeof thrown === 'object' && thrown !== null && 'message' in thrown
  return String(hasMessage ? thrown.message : thrown)
}

/** The code of a system error (`ENOENT`), undefined of anything else. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
