import type { Scenario } from './life.ts'
import { importScenario, testCredentials } from './scenarios/connect.ts'
import { assign, deactivateScenario, profilePush, reassign } from './scenarios/people.ts'
import { verify } from './scenarios/verify.ts'

/** The life of an app in Okta, in the order in which it happens. */
export const oktaScenarios = [
  testCredentials,
  importScenario,
  assign,
  profilePush,
  deactivateScenario,
  reassign,
  verify,
] as const satisfies readonly Scenario[]

type OktaScenario = (typeof oktaScenarios)[number]
export type OktaScenarioName = OktaScenario['name']

const buildsOn: { readonly [name in OktaScenarioName]?: readonly OktaScenarioName[] } = {
  'profile-push': ['assign'],
  deactivate: ['assign'],
  reassign: ['assign', 'deactivate'],
}

/** The scenarios of these names with those that they build on, in the order of the life; all of them for no name. */
export function chooseScenarios(
  scenario: OktaScenarioName | readonly OktaScenarioName[] | undefined,
): readonly OktaScenario[] {
  if (scenario === undefined) return oktaScenarios
  const named = typeof scenario === 'string' ? [scenario] : scenario
  const needed = new Set(named.flatMap((name) => [name, ...(buildsOn[name] ?? [])]))
  return oktaScenarios.filter(({ name }) => needed.has(name))
}
