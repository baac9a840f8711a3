import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { acquireLock } from '../../../src/store/embedded/lock.ts'
import { newDirectory, startChild } from './directories.ts'

function emptyDirectory(): string {
  const directory = newDirectory()
  mkdirSync(directory)
  return directory
}

/** The lock that a process of this machine left when it died: with a number that was given to another one since. */
async function withStaleLock(changes: { readonly [member: string]: unknown } = { startedAt: '1' }): Promise<string> {
  const directory = emptyDirectory()
  const lock = await acquireLock(directory)
  const text = readFileSync(join(directory, 'lock.1'), 'utf8')
  await lock.release()
  writeFileSync(join(directory, 'lock.1'), JSON.stringify({ ...JSON.parse(text), ...changes }))
  return directory
}

describe('a lock', () => {
  test('is refused to a second, and free after release', async () => {
    const directory = emptyDirectory()
    const lock = await acquireLock(directory)
    await expect(acquireLock(directory)).rejects.toMatchObject({ problem: 'inUse' })

    await lock.release()

    expect(readdirSync(directory)).toEqual([])
    await (await acquireLock(directory)).release()
  })

  test('is given back by a process that exits without a word', async () => {
    const directory = emptyDirectory()
    const child = startChild('lock', directory)
    await child.line()
    child.process.stdin?.write('go\n')
    expect(await child.line()).toBe('locked')
    child.process.stdin?.end()
    expect(await child.line()).toBe(undefined)

    expect(readdirSync(directory)).toEqual([])
  })

  test('is lost when its file is taken away, and when another one has its name', async () => {
    for (const takeAway of ['{}', '']) {
      const directory = emptyDirectory()
      const lock = await acquireLock(directory, { beatMs: 5 })
      writeFileSync(join(directory, 'lock.1'), takeAway)

      expect(await lock.lost).toMatchObject({ problem: 'stopped' })
      await lock.release()
      expect(readdirSync(directory)).toEqual(['lock.1'])
    }
  })
})

describe('the lock of a dead process', () => {
  test('is taken over after kill -9', async () => {
    const directory = emptyDirectory()
    const child = startChild('lock', directory)
    await child.line()
    child.process.stdin?.write('go\n')
    expect(await child.line()).toBe('locked')
    await expect(acquireLock(directory)).rejects.toThrow(`is in use by process ${child.process.pid} `)
    await child.kill()

    const lock = await acquireLock(directory)

    expect(readdirSync(directory)).toEqual(['lock.2'])
    await lock.release()
  })

  test('is taken over though its number is that of a living process, as in a restarted container', async () => {
    const directory = await withStaleLock({ startedAt: '1' })
    await (await acquireLock(directory)).release()
    expect(readdirSync(directory)).toEqual([])
  })

  test.each([
    ['a new one', emptyDirectory],
    ['one that a dead process held', withStaleLock],
  ])('goes to exactly one of many who ask at once for %s', async (_, newDirectoryOf) => {
    for (let round = 0; round < 25; round++) {
      const directory = await newDirectoryOf()
      const asked = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(directory)))

      const got = asked.filter((one) => one.status === 'fulfilled')
      const refused = asked.filter((one) => one.status === 'rejected')
      expect(got).toHaveLength(1)
      for (const one of refused) expect(one.reason).toMatchObject({ problem: 'inUse' })
      await got[0]?.value.release()
      expect(readdirSync(directory)).toEqual([])
    }
  })

  test('goes to exactly one of several processes', async () => {
    const directory = await withStaleLock()
    const children = Array.from({ length: 4 }, () => startChild('lock', directory))
    await Promise.all(children.map((child) => child.line()))
    for (const child of children) child.process.stdin?.write('go\n')

    const said = await Promise.all(children.map((child) => child.line()))

    expect(said.filter((line) => line === 'locked')).toHaveLength(1)
    expect(said.filter((line) => line?.includes('is in use by process'))).toHaveLength(3)
  })
})

describe('the lock of a process that cannot be seen from here, in another container', () => {
  const elsewhere = { namespace: 'pid:[1]', host: 'elsewhere' }

  test('is respected while it shows life', async () => {
    const directory = await withStaleLock(elsewhere)
    const path = join(directory, 'lock.1')
    const beats = setInterval(() => utimesSync(path, new Date(), new Date()), 5)

    await expect(acquireLock(directory, { beatMs: 50 })).rejects.toThrow('on elsewhere')
    clearInterval(beats)
  })

  test('is taken over when it has shown none for long enough', async () => {
    const directory = await withStaleLock(elsewhere)

    const lock = await acquireLock(directory, { beatMs: 20 })

    expect(readdirSync(directory)).toEqual(['lock.2'])
    await lock.release()
  })

  test('is not taken over when somebody else came first, under the same name', async () => {
    const directory = await withStaleLock(elsewhere)
    const other = emptyDirectory()
    const first = await acquireLock(other)

    const slow = acquireLock(directory, { beatMs: 100 })
    await delay(50) // by now it has read the lock, and watches it for some beats more
    renameSync(join(other, 'lock.1'), join(directory, 'lock.1'))

    await expect(slow).rejects.toThrow(`is in use by process ${process.pid} `)
    expect(readdirSync(directory)).toEqual(['lock.1'])
    await first.release()
  })

  test('is taken over when its writer died before it had written', async () => {
    const directory = emptyDirectory()
    writeFileSync(join(directory, 'lock.7'), '')

    const lock = await acquireLock(directory, { beatMs: 20 })

    expect(readdirSync(directory)).toEqual(['lock.8'])
    await lock.release()
  })
})
