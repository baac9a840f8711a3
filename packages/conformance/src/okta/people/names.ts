export type Name = {
  readonly native: string
  /** As it is written in an address: `oconnor`, `van.buren`. */
  readonly ascii: string
}

/** `Anna, Müller=mueller`: the ASCII spelling is given where it is more than the letters without their accents. */
export function names(list: string): readonly Name[] {
  return list
    .trim()
    .replace(/\s+/g, ' ')
    .split(', ')
    .map((entry) => {
      const [native = '', ascii] = entry.split('=')
      return { native, ascii: ascii ?? toAscii(native) }
    })
}

function toAscii(name: string): string {
  const letters = name.toLowerCase().replace(/[øłđæœðþß]/g, (letter) => plainLetters[letter] ?? letter)
  return letters
    .normalize('NFD')
    .replace(/[\p{M}’.]/gu, '')
    .replaceAll(' ', '.')
}

const plainLetters: { readonly [letter: string]: string } = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  æ: 'ae',
  œ: 'oe',
  ð: 'd',
  þ: 'th',
  ß: 'ss',
}
