import { once } from 'node:events'
import { acquireLock } from '../../../../src/store/embedded/lock.ts'

// Says that it is ready, waits for a line so that several start at once, and keeps the lock until its input ends.
const [directory = ''] = process.argv.slice(2)
process.stdout.write('ready\n')
await once(process.stdin, 'data')
try {
  const lock = await acquireLock(directory)
  process.stdout.write('locked\n')
  await once(process.stdin, 'end')
  await lock.release()
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.stdin.destroy()
}
