/** No credential, or one that opens nothing: 401. Why exactly is not told. */
export class Unauthenticated extends Error {
  override readonly name = 'Unauthenticated'
}

/** A good credential that does not reach so far: 403, with a sentence that says what is missing. */
export class Forbidden extends Error {
  override readonly name = 'Forbidden'
}
