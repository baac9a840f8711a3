import { readFileSync } from 'node:fs'

/** The version of the package that this file belongs to. */
export const version: string = readVersion()

function readVersion(): string {
  const json: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'string')
    return json.version
  throw new Error('package.json has no version')
}
