import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'
import { systemCodeOf } from './problem.ts'

/**
 * Which process holds a directory, told so that no other can be taken for it.
 *
 * A process number alone says little: it is used again, and in a restarted container it is the same one.
 */
export type Holder = z.infer<typeof holderSchema>

const holderSchema = z.object({
  /** Different for each lock that was ever made. */
  token: z.string(),
  pid: z.number().int(),
  host: z.string(),
  /** The boot of the kernel, and the process namespace in it, in which `pid` counts; null where there is no /proc. */
  boot: z.string().nullable(),
  namespace: z.string().nullable(),
  /** When the process started, in ticks since the boot; null where there is no /proc. */
  startedAt: z.string().nullable(),
})

/** This process. */
export function currentHolder(token: string): Holder {
  return { token, pid: process.pid, host: hostname(), ...currentKernel(), startedAt: startOf(process.pid) }
}

/** The holder that a lock file names, undefined when the file is still being written, or broken. */
export function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Whether the process lives; `unknown` when it counts its number elsewhere: on another host or in another container. */
export function livenessOf(holder: Holder): 'alive' | 'dead' | 'unknown' {
  const here = currentKernel()
  if (here.boot !== null && here.boot === holder.boot && here.namespace === holder.namespace) {
    return startOf(holder.pid) === holder.startedAt ? 'alive' : 'dead'
  }

  const noProc = here.boot === null && holder.boot === null && holder.host === hostname()
  return noProc && !exists(holder.pid) ? 'dead' : 'unknown'
}

function currentKernel(): Pick<Holder, 'boot' | 'namespace'> {
  const boot = readIfThere(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = readIfThere(() => readlinkSync('/proc/self/ns/pid'))
  return boot === null || namespace === null ? { boot: null, namespace: null } : { boot, namespace }
}

/** When the process started, null when there is none, or only what its parent has not yet buried. */
function startOf(pid: number): string | null {
  const stat = readIfThere(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  if (stat === null) return null

  // proc(5): the name in brackets may have spaces; after it come the state, field 3, and the start time, field 22.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? null)
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCodeOf(error) !== 'ESRCH'
  }
}

function readIfThere(read: () => string): string | null {
  try {
    return read()
  } catch {
    return null
  }
}
