import {
  copyFileSync,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'

/**
 * Keeps in `shadow/tree` what a disk would hold of `directory` if the power were cut now.
 *
 * A flushed file has the contents that it had then, under the name that it had then. A name that was given, changed or
 * taken away since is known only when its directory is flushed; a file that never was flushed is empty.
 *
 * @returns what to call after each flush, with the descriptor of the file or directory
 */
export function newShadow(directory: string, shadow: string): (fd: number) => void {
  const tree = join(shadow, 'tree')
  const contents = join(shadow, 'contents')
  for (const path of [tree, contents]) mkdirSync(path, { recursive: true })
  const foldersByIdentity = new Map<string, string>()

  const recordFile = (path: string, fd: number) => {
    const kept = join(contents, identityOf(fd))
    copyFileSync(path, kept)
    name(kept, shadowOf(path))
  }

  const recordDirectory = (path: string, fd: number) => {
    const own = shadowOf(path)
    mkdirSync(own, { recursive: true })
    foldersByIdentity.set(identityOf(fd), own)

    const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('lock.'))
    for (const gone of readdirSync(own).filter((kept) => entries.every((entry) => entry.name !== kept))) {
      if (!isRenamedFolder(path, join(own, gone))) rmSync(join(own, gone), { recursive: true })
    }
    for (const entry of entries) {
      if (entry.isDirectory()) nameFolder(join(path, entry.name), join(own, entry.name))
      else nameFile(join(path, entry.name), join(own, entry.name))
    }
  }

  const shadowOf = (path: string) => join(tree, relative(directory, path))

  const isRenamedFolder = (parent: string, kept: string) =>
    readdirSync(parent, { withFileTypes: true }).some(
      (entry) => entry.isDirectory() && foldersByIdentity.get(identityOf(join(parent, entry.name))) === kept,
    )

  const nameFolder = (path: string, to: string) => {
    const from = foldersByIdentity.get(identityOf(path))
    if (from !== undefined && from !== to && existsSync(from)) renameSync(from, to)
    else mkdirSync(to, { recursive: true })
    foldersByIdentity.set(identityOf(path), to)
  }

  const nameFile = (path: string, to: string) => {
    const kept = join(contents, identityOf(path))
    if (!existsSync(kept)) writeFileSync(kept, '')
    name(kept, to)
  }

  return (fd) => {
    const path = readlinkSync(`/proc/self/fd/${fd}`)
    const isInside = !relative(directory, path).startsWith('..')
    if (isInside && fstatSync(fd).isDirectory()) recordDirectory(path, fd)
    else if (isInside) recordFile(path, fd)
  }
}

/** Gives kept contents a name; what had the name before loses it. */
function name(kept: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  rmSync(path, { force: true })
  linkSync(kept, path)
}

/** The same for one file under all of its names, and another for a later file that got the same number. */
function identityOf(file: number | string): string {
  const stat = typeof file === 'number' ? fstatSync(file, { bigint: true }) : lstatSync(file, { bigint: true })
  return `${stat.ino}-${stat.birthtimeNs}`
}
