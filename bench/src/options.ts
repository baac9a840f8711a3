import { parseArgs } from 'node:util'
import { contestants, type Contestant } from './contestant.ts'
import { rows, type Row } from './rows.ts'

export type Options = {
  readonly effort: 'full' | 'quick'
  /** Numbers of people to measure at, smallest first. */
  readonly sizes: readonly number[]
  readonly rows: readonly Row[]
  readonly contestants: readonly Contestant[]
  /** Undefined when the row says it. */
  readonly rounds: number | undefined
  readonly out: string | undefined
}

const usualSizes = { full: [2000, 100_000], quick: [1000, 5000] }

export const usage = `npm run bench -- [options]
  --quick             fewer people, rounds and requests: shows that all works, measures little
  --people 2000,100000
  --rows ${rows.map(({ name }) => name).join()}
  --only ${contestants.map(({ name }) => name).join()}
  --rounds 5
  --out results.json  where every figure goes; by default bench/results/<time>.json
  BENCH_DATABASE_URL  a PostgreSQL in which to make databases, in place of a throw-away one`

/** @throws Error with a text for the user when an option is unknown or its value is not possible */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      people: { type: 'string' },
      rows: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const effort = values.quick ? 'quick' : 'full'
  const sizes = values.people === undefined ? usualSizes[effort] : values.people.split(',').map(parseCount)
  return {
    effort,
    sizes: sizes.toSorted((a, b) => a - b),
    rows: choose('row', rows, values.rows),
    contestants: choose('contestant', contestants, values.only),
    rounds: values.rounds === undefined ? undefined : parseCount(values.rounds),
    out: values.out,
  }
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`not a number from 1 to 9999999: ${text}`)
  return Number(text)
}

function choose<Item extends { readonly name: string }>(
  kind: string,
  all: readonly Item[],
  names: string | undefined,
): readonly Item[] {
  if (names === undefined) return all
  const wanted = names.split(',')
  const unknown = wanted.find((name) => !all.some((item) => item.name === name))
  if (unknown !== undefined) throw new Error(`no ${kind} is named ${unknown}`)
  return all.filter((item) => wanted.includes(item.name))
}
