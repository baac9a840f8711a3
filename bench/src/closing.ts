/** What has to be undone before the process ends. */
export type Closing = {
  /** Runs before everything that was added earlier. */
  add(close: () => Promise<void>): void
  /** Undoes all of it once; whoever asks again waits for the same end. */
  close(): Promise<void>
}

/** Also closes and ends the process when it is interrupted. */
export function openClosing(): Closing {
  const closes: (() => Promise<void>)[] = []
  let closed: Promise<void> | undefined
  const closing: Closing = {
    add: (close) => closes.push(close),
    close: () => (closed ??= closeAll(closes)),
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void closing.close().finally(() => process.exit(130)))
  }
  return closing
}

async function closeAll(closes: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closes.toReversed()) await close()
}
