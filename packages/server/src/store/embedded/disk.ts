import { closeSync, fdatasyncSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCodeOf } from './problem.ts'

/** How bytes are forced to the disk. A test gives one that also records what a power cut would leave. */
export type Disk = {
  /** Returns when the contents of the open file, or the entries of the open directory, are on the disk. */
  readonly flush: (fd: number, path: string, kind: 'file' | 'directory') => void
}

export const realDisk: Disk = {
  flush: (fd, _path, kind) => {
    // Of a file, fdatasync also keeps a changed length.
    if (kind === 'file') fdatasyncSync(fd)
    else flushEntries(fd)
  },
}

function flushEntries(fd: number): void {
  try {
    fsyncSync(fd)
  } catch (error) {
    // As PostgreSQL has it: some file systems have no fsync for a directory, and need none.
    if (!['EINVAL', 'EBADF'].includes(systemCodeOf(error) ?? '')) throw error
  }
}

/** Forces one file or directory to the disk by its name. */
export function flushPath(disk: Disk, path: string, kind: 'file' | 'directory'): void {
  const fd = openSync(path, 'r')
  try {
    disk.flush(fd, path, kind)
  } finally {
    closeSync(fd)
  }
}

/** Forces a directory with all that is in it to the disk, the leaves first. */
export function flushTree(disk: Disk, directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) flushTree(disk, path)
    else if (entry.isFile()) flushPath(disk, path, 'file')
  }

  flushPath(disk, directory, 'directory')
}

/**
 * Forces the name of a new directory, and of each directory above it, to the disk.
 *
 * A directory above that this process may not read is not one that it made.
 */
export function flushAncestors(disk: Disk, directory: string): void {
  const parent = dirname(directory)
  if (parent === directory) return

  try {
    flushPath(disk, parent, 'directory')
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(systemCodeOf(error) ?? '')) throw error
  }
  flushAncestors(disk, parent)
}
