import { Command } from 'commander'
import { CommandError } from './command-error.ts'
import { oktaCommand } from './okta.ts'
import { organizationCommand } from './organizations.ts'
import { startCommand } from './start.ts'
import { version } from './version.ts'

const program = new Command('rollcall')
  .description('User provisioning that an enterprise can trust: a SCIM 2.0 server, and the tools that prove it.')
  .version(version)
  .showHelpAfterError('(add --help for what can be given)')
  .addCommand(startCommand())
  .addCommand(organizationCommand())
  .addCommand(oktaCommand())
  .addHelpText(
    'after',
    `
Examples:
  rollcall start                                   the server, with its data in ./data
  rollcall org create "Acme" --subdomain acme      an organization for one more customer
  rollcall okta --people examples/people.csv       play Okta against the server`,
  )

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommandError)) throw error
  process.stderr.write(`rollcall: ${error.message}\n`)
  process.exitCode = error.exitCode
}
