import type { PGlite } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import type { Disk } from './disk.ts'
import { EmbeddedDatabaseError } from './problem.ts'

type ModuleOptions = Parameters<NodeFS['init']>[1]

/** An open file of the engine: `nfd` is the descriptor on the host, `node.mode` its type, `path` its name in there. */
type EngineStream = { readonly nfd: number; readonly path: string; readonly node: { readonly mode: number } }

type StreamOperations = { fsync?: (stream: EngineStream) => number }

/**
 * The files of a PGlite database on the host's disk, with a working fsync.
 *
 * PGlite's own NodeFS has none: each call to fsync succeeds and does nothing, and a power cut loses every commit.
 */
export class DurableFiles extends NodeFS {
  readonly #disk: Disk
  readonly #onFailedFlush: (error: unknown) => never
  #flushes = 0

  constructor(directory: string, disk: Disk, onFailedFlush: (error: unknown) => never) {
    super(directory)
    this.#disk = disk
    this.#onFailedFlush = onFailedFlush
  }

  /** How many times the engine has forced a file to the disk since it started. */
  get flushes(): number {
    return this.#flushes
  }

  override async init(pg: PGlite, options: ModuleOptions): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg, options)
    const preRun = [...(emscriptenOpts.preRun ?? []), (module: object) => this.#installFlush(module)]
    return { emscriptenOpts: { ...emscriptenOpts, preRun } }
  }

  #installFlush(module: object): void {
    streamOperationsOf(module).fsync = (stream) => {
      this.#flushes += 1
      try {
        this.#disk.flush(stream.nfd, stream.path, isDirectory(stream.node.mode) ? 'directory' : 'file')
      } catch (error) {
        // After a failed fsync nobody knows what the disk holds, and a second one may lie: only recovery tells.
        this.#onFailedFlush(error)
      }
      return 0
    }
  }
}

// POSIX: the type bits of st_mode, and the type of a directory.
const isDirectory = (mode: number) => (mode & 0o170000) === 0o040000

function streamOperationsOf(module: object): StreamOperations {
  const nodefs: unknown = 'NODEFS' in module ? module.NODEFS : undefined
  if (typeof nodefs === 'object' && nodefs !== null && 'stream_ops' in nodefs) {
    const operations = nodefs.stream_ops
    if (typeof operations === 'object' && operations !== null) return operations
  }
  throw new EmbeddedDatabaseError('notDurable', 'This PGlite has no file operations to give an fsync to.')
}
