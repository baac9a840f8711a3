import { invalidSyntax } from '@rollcall/scim'

// Deeper than any resource of the protocol, far from where a recursive reader of it would overflow.
const maxDepth = 32

/**
 * Reads a JSON body: UTF-8, and no deeper than 32 levels, which is looked at before anything is parsed.
 *
 * @throws ScimError invalidSyntax
 */
export function parseBody(bytes: Buffer): unknown {
  const text = decoded(bytes)
  if (depthOf(text) > maxDepth) throw invalidSyntax(`the body is nested deeper than ${maxDepth} levels`)
  try {
    return JSON.parse(text)
  } catch {
    throw invalidSyntax('the body is not JSON')
  }
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalidSyntax('the body is not UTF-8')
  }
}

function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < json.length; index += 1) {
    const character = json.charCodeAt(index)
    if (inString) {
      if (character === backslash) index += 1
      else if (character === quote) inString = false
    } else if (character === quote) inString = true
    else if (character === openBrace || character === openBracket) deepest = Math.max(deepest, ++depth)
    else if (character === closeBrace || character === closeBracket) depth -= 1
  }
  return deepest
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]
