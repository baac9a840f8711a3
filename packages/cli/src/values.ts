import { InvalidArgumentError } from 'commander'

/** A reader of whole numbers within bounds, for an option. */
export function parseInteger({ least, most }: { readonly least: number; readonly most: number }) {
  return (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`)
  }
}

/** An http or https URL, without a slash at its end. */
export function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return text.replace(/\/+$/, '')
  throw new InvalidArgumentError('It is a URL that begins with http:// or https://.')
}
