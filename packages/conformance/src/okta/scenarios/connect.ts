import { importUsers } from '../import.ts'
import type { Scenario } from '../life.ts'
import { RemoteError } from '../remote-error.ts'
import { listUsers } from '../users.ts'

export const testCredentials = {
  name: 'test-credentials',
  about: 'Test API Credentials, and the same request again when the settings are saved',
  tasks: ({ send }) => [
    {
      person: null,
      failing: 'Error authenticating',
      run: async () => {
        for (let time = 0; time < 2; time += 1) {
          const { users } = await listUsers(send, 1, 2)
          if (users.length > 2) throw tooMany(users.length)
        }
      },
    },
  ],
} as const satisfies Scenario

export const importScenario = {
  name: 'import',
  about: 'Import of all active users, page by page',
  tasks: (life) => [
    {
      person: null,
      failing: 'Error while importing users',
      run: async () => {
        const users = await importUsers(life.send)
        life.importedIds = new Set(users.map(({ id }) => id))
      },
    },
  ],
} as const satisfies Scenario

function tooMany(count: number): RemoteError {
  return new RemoteError(`${count} users came where 2 were asked for`, {
    request: 'GET /Users?startIndex=1&count=2',
    status: 200,
  })
}
