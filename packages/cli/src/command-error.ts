/** What the person at the command line did or must do; shown as a sentence, without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  /** 2: the command was not understood or cannot be carried out; 1: it was carried out and the answer is no. */
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message)
    this.exitCode = exitCode
  }
}
