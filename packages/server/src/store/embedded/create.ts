import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { type Disk, flushAncestors, flushPath, flushTree } from './disk.ts'
import { type EngineOptions, startEngine } from './engine.ts'
import { databaseFolder, unfinishedFolder, writeFormat } from './layout.ts'

/**
 * Makes a new database in the directory: all of it is on the disk, or nothing has the name of a database.
 *
 * It is made under another name, closed, forced to the disk and renamed; what an interrupted attempt left is removed.
 */
export async function createDatabase(directory: string, options: EngineOptions): Promise<void> {
  const unfinished = unfinishedFolder(directory)
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })

  const engine = await startEngine(unfinished, options)
  await engine.close()
  writeFormat(unfinished)

  publish(directory, options.disk)
}

function publish(directory: string, disk: Disk): void {
  flushTree(disk, unfinishedFolder(directory))
  renameSync(unfinishedFolder(directory), databaseFolder(directory))
  flushPath(disk, directory, 'directory')
  flushAncestors(disk, directory)
}
