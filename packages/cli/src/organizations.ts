import { Command, Option } from 'commander'
import Table from 'cli-table3'
import { CommandError } from './command-error.ts'
import { type Organization, operatorClient } from './operator-client.ts'
import { parseUrl } from './values.ts'

type ClientOptions = { readonly url: string; readonly token?: string; readonly json?: true }

const plans = ['free', 'pro', 'enterprise']

export function organizationCommand(): Command {
  return new Command('org')
    .description("Make, list and change organizations: one for each customer. Needs the operator's token.")
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(planCommand())
    .addCommand(deleteCommand())
}

function createCommand(): Command {
  return withClient(new Command('create'))
    .description('Make an organization, with a service account "Okta" and its application key.')
    .argument('<name>', 'name, as people read it')
    .requiredOption('--subdomain <label>', 'its label in host names: lower-case letters, digits, hyphens')
    .addOption(new Option('--plan <plan>', 'SCIM is part of pro and enterprise').choices(plans).default('enterprise'))
    .action(async (name: string, options: ClientOptions & { subdomain: string; plan: string }) => {
      const { subdomain, plan } = options
      const made = await clientOf(options).create({ name, subdomain, plan })
      if (options.json) return print(JSON.stringify(made))
      print(`Made the organization "${made.organization.name}" (${made.organization.id}).
The secrets are shown this once:

  SCIM Base URL       ${made.scimBaseUrl}
  Application key     ${made.applicationKey}
  Set-up link (once)  ${made.setupUrl}`)
    })
}

function listCommand(): Command {
  return withClient(new Command('list'))
    .description('List all organizations.')
    .action(async (options: ClientOptions) => {
      const organizations = await clientOf(options).list()
      print(options.json ? JSON.stringify({ organizations }) : organizationTable(organizations))
    })
}

function showCommand(): Command {
  return withClient(new Command('show'))
    .description('Show one organization.')
    .argument('<id>', 'id of the organization')
    .action(async (id: string, options: ClientOptions) => printOne(options, await clientOf(options).read(id)))
}

function planCommand(): Command {
  return withClient(new Command('plan'))
    .description('Change the plan of an organization. On the free plan SCIM answers 403.')
    .argument('<id>', 'id of the organization')
    .argument('<plan>', plans.join(', '))
    .action(async (id: string, plan: string, options: ClientOptions) =>
      printOne(options, await clientOf(options).changePlan(id, plan)),
    )
}

function deleteCommand(): Command {
  return withClient(new Command('delete'))
    .description('Delete an organization with its people, keys and history, for good.')
    .argument('<id>', 'id of the organization')
    .requiredOption('--yes', 'confirms that all of it is to be deleted')
    .action(async (id: string, options: ClientOptions) => {
      await clientOf(options).remove(id)
      print(options.json ? JSON.stringify({ deleted: id }) : `Deleted the organization ${id}.`)
    })
}

const withClient = (command: Command): Command =>
  command
    .addOption(
      new Option('--url <url>', 'address of the server')
        .env('ROLLCALL_URL')
        .default('http://127.0.0.1:4000')
        .argParser(parseUrl),
    )
    .addOption(new Option('--token <token>', "the operator's token").env('ROLLCALL_OPERATOR_TOKEN'))
    .option('--json', 'print JSON')

function clientOf({ url, token }: ClientOptions) {
  if (token === undefined) {
    throw new CommandError(
      "give the operator's token, which the first start printed, in ROLLCALL_OPERATOR_TOKEN or --token",
    )
  }
  return operatorClient(url, token)
}

function printOne({ json }: ClientOptions, organization: Organization): void {
  print(json ? JSON.stringify({ organization }) : organizationTable([organization]))
}

function organizationTable(organizations: readonly Organization[]): string {
  const table = new Table({ head: ['id', 'name', 'subdomain', 'plan', 'created'], style: { head: [], border: [] } })
  for (const { id, name, subdomain, plan, createdAt } of organizations)
    table.push([id, name, subdomain, plan, createdAt])
  return table.toString()
}

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
