import { readFileSync } from 'node:fs'
import {
  type OktaReport,
  PeopleError,
  type Person,
  generatePeople,
  oktaScenarios,
  readPeople,
  runOkta,
} from '@rollcall/conformance'
import { Command, Option } from 'commander'
import { CommandError } from './command-error.ts'
import { progressBars } from './okta-progress.ts'
import { reportText } from './okta-report.ts'
import { parseInteger, parseUrl } from './values.ts'

type OktaCommandOptions = {
  readonly url: string
  readonly key?: string
  readonly baseUrl?: string
  readonly people?: string
  readonly count?: number
  readonly mode: 'aiw' | 'oin'
  readonly auth: 'bearer' | 'header'
  readonly concurrency: number
  readonly scenario?: (typeof oktaScenarios)[number]['name'][]
  readonly json?: true
}

const names = oktaScenarios.map(({ name }) => name)

export function oktaCommand(): Command {
  return new Command('okta')
    .description(
      'Play Okta against a SCIM server: test credentials, import, assign, push profiles, deactivate, reassign; ' +
        'then read everybody back and compare attribute by attribute.',
    )
    .addOption(
      new Option('--url <url>', 'address of a Rollcall server')
        .env('ROLLCALL_URL')
        .default('http://127.0.0.1:4000')
        .argParser(parseUrl),
    )
    .addOption(new Option('--base-url <url>', 'SCIM base of any other server, in place of --url').argParser(parseUrl))
    .addOption(new Option('--key <key>', 'application key, or the token of the other server').env('ROLLCALL_KEY'))
    .option('--people <file.csv>', "people as Okta's export has them")
    .addOption(
      new Option('--count <number>', 'people to make up, in place of --people').argParser(
        parseInteger({ least: 1, most: 1_000_000 }),
      ),
    )
    .addOption(
      new Option(
        '--mode <mode>',
        'aiw: a private app, which sends GET and PUT; oin: a catalogue app, which sends PATCH',
      )
        .choices(['aiw', 'oin'])
        .default('aiw'),
    )
    .addOption(
      new Option('--auth <form>', 'how the key is sent: "Bearer <key>", or bare as in Okta\'s Header mode')
        .choices(['bearer', 'header'])
        .default('bearer'),
    )
    .addOption(
      new Option('--concurrency <number>', 'requests at the same time')
        .default(8)
        .argParser(parseInteger({ least: 1, most: 256 })),
    )
    .addOption(new Option('--scenario <names...>', 'only these, with what they build on').choices(names))
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      '\nThe exit status is 0 when nothing failed and nothing differs, 1 otherwise, 2 when it could not begin.',
    )
    .action(play)
}

async function play(options: OktaCommandOptions): Promise<void> {
  const { key, mode, auth, concurrency, scenario } = options
  if (key === undefined) throw new CommandError('give the application key in ROLLCALL_KEY or --key')
  const bars = options.json ? undefined : progressBars()
  const report = await runOkta({
    baseUrl: options.baseUrl ?? `${options.url}/api/v2/scim`,
    token: key,
    authorization: auth,
    mode,
    people: peopleOf(options),
    concurrency,
    ...(scenario && { scenario }),
    ...(bars && { onProgress: bars.show }),
  }).finally(() => bars?.close())

  process.stdout.write(`${options.json ? JSON.stringify(report) : reportText(report)}\n`)
  process.exitCode = exitCodeOf(report)
}

const exitCodeOf = ({ ok }: OktaReport): number => (ok ? 0 : 1)

function peopleOf({ people, count }: OktaCommandOptions): readonly Person[] {
  if (people !== undefined && count !== undefined) throw new CommandError('give --people or --count, not both')
  if (people === undefined) return generatePeople(count ?? 100)
  try {
    return readPeople(readFileSync(people, 'utf8'))
  } catch (error) {
    if (error instanceof PeopleError) throw new CommandError(`${people}, ${error.message}`)
    if (error instanceof Error && 'syscall' in error)
      throw new CommandError(`the file cannot be read: ${error.message}`)
    throw error
  }
}
