import type { OktaProgress } from '@rollcall/conformance'
import { SingleBar } from 'cli-progress'

export type ProgressBars = {
  readonly show: (event: OktaProgress) => void
  readonly close: () => void
}

/** A bar for each scenario on standard error, where it does not mix with the report; nothing without a terminal. */
export function progressBars(): ProgressBars {
  const bar = new SingleBar({
    format: '{scenario} {bar} {value}/{total}  {note}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    stream: process.stderr,
  })
  return {
    show: (event) => {
      switch (event.type) {
        case 'scenario-started':
          bar.start(event.tasks, 0, { scenario: event.scenario.padEnd(16), note: event.about })
          return
        case 'task-done':
          bar.update(event.done)
          return
        case 'waiting':
          bar.update({ note: `asked to wait ${event.seconds} s` })
          return
        case 'scenario-finished':
          bar.stop()
          return
        case 'failure':
        case 'difference':
          return
      }
    },
    close: () => bar.stop(),
  }
}
