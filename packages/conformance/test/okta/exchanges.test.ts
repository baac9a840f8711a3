import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type ExchangeFile, recordRequests } from './exchange.ts'

const directory = new URL('exchanges/', import.meta.url)

describe('what Okta sends', () => {
  test.for(readdirSync(directory))('is sent as %s has it', async (name) => {
    const { requests, ...file } = JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as ExchangeFile
    expect(await recordRequests(file)).toEqual(requests)
  })
})
