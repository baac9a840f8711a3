import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../bin/rollcall.js', import.meta.url))

export type Run = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Runs the command to its end. Only the given variables are in its environment, beside PATH. */
export async function rollcall(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const child = launch(args, env)
  const output = collect(child)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** What `rollcall start --json` prints when it is ready. */
type Ready = {
  readonly event: 'ready'
  readonly url: string
  readonly scimBaseUrl: string
  readonly organization?: { readonly id: string; readonly name: string; readonly subdomain: string }
  readonly setupUrl?: string
  readonly applicationKey?: string
  readonly operatorToken?: string
}

export type RunningServer = {
  readonly ready: Ready
  readonly process: ChildProcess
  readonly output: { readonly stdout: string; readonly stderr: string }
  /** SIGTERM, and the exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts the server on a free port and waits until it is ready. */
export async function startServer(args: readonly string[]): Promise<RunningServer> {
  const child = launch(['start', '--json', '--port', '0', ...args], {})
  const output = collect(child)
  if (!child.stdout) throw new Error('the server has no output')
  const ended = once(child, 'close').then(() => {
    throw new Error(`the server ended: ${output.stderr}`)
  })
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string]
  ended.catch(() => undefined)
  return {
    ready: JSON.parse(line) as Ready,
    process: child,
    output,
    stop: async () => {
      const closed = once(child, 'close') as Promise<[number | null]>
      child.kill('SIGTERM')
      const [code] = await closed
      return code
    },
  }
}

function launch(args: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH ?? '', ...env } })
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  return output
}

export async function scratchDirectory(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'rollcall-cli-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
