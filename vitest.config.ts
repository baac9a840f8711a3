import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    globalSetup: ['packages/server/test/support/template.ts'],
    include: ['packages/*/test/**/*.test.ts'],
    // The embedded database takes 3 to 8 s to make on a loaded machine.
    hookTimeout: 60_000,
    testTimeout: 30_000,
  },
})
