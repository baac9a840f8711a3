import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { ThreadData } from './thread.ts'

// PostgreSQL stops a statement that nests too deeply once 2 MB of its own stack are in use. Each of its frames takes
// far more of the thread's stack, which is reserved and not used: with 4 MB, the default, the thread would die first.
const stackSizeMb = 256

/** Starts a database thread: `worker.js` when this file is built, `worker.ts` under vitest and tsx. */
export function spawnThread(entry: URL | undefined, data: ThreadData): Worker {
  const file = entry ?? ownEntry()
  const options = { workerData: data, resourceLimits: { stackSizeMb } }
  return file.pathname.endsWith('.ts') ? spawnSource(file, options) : new Worker(file, options)
}

function ownEntry(): URL {
  const isSource = import.meta.url.endsWith('.ts')
  return isSource ? new URL('./worker.ts', import.meta.url) : new URL('./worker.js', import.meta.url)
}

/** Runs a TypeScript file by way of a program of two lines: a thread takes no loader for its first file. */
function spawnSource(file: URL, options: WorkerOptions): Worker {
  const program = `
    import { register } from 'node:module'
    register('tsx/esm', ${JSON.stringify(import.meta.url)}, { data: {} })
    await import(${JSON.stringify(file.href)})`
  const url = new URL(`data:text/javascript,${encodeURIComponent(program)}`)
  return new Worker(url, { ...options, execArgv: ['--conditions=source'] })
}
