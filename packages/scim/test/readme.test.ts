import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the example of the README prints what it says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const promised = [...example.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, line]) => line)

  const printed = execFileSync(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', '--input-type=module', '--eval', example],
    { cwd: new URL('..', import.meta.url), encoding: 'utf8' },
  )

  expect(promised.length).toBeGreaterThan(0)
  expect(printed.trimEnd().split('\n')).toEqual(promised)
})
