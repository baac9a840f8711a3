import { ScimError } from '@rollcall/scim'

/** The ScimError that the function throws; anything else that it throws, or that it does not, fails the test. */
export function failure(run: () => unknown): ScimError {
  try {
    run()
  } catch (error) {
    if (error instanceof ScimError) return error
    throw error
  }
  throw new Error('did not fail')
}
