export type Department = {
  readonly name: string
  readonly division: string
  readonly costCenter: string
  readonly titles: readonly string[]
}

export const departments: readonly Department[] = [
  {
    name: 'Platform Engineering',
    division: 'Technology',
    costCenter: 'CC-1100',
    titles: ['Software Engineer', 'Senior Software Engineer', 'Engineering Manager', 'Director, Platform'],
  },
  {
    name: 'Site Reliability',
    division: 'Technology',
    costCenter: 'CC-1200',
    titles: ['Site Reliability Engineer', 'Principal Engineer', 'On-Call Lead (EMEA)'],
  },
  {
    name: 'Security & Compliance',
    division: 'Technology',
    costCenter: 'CC-1300',
    titles: ['Security Analyst', 'CISO', 'GRC Manager, "Second Line"'],
  },
  {
    name: 'Sales, EMEA',
    division: 'Revenue',
    costCenter: 'CC-2100',
    titles: ['Account Executive', 'VP, Sales', 'Sales Engineer', 'Vertriebsleiter/in'],
  },
  {
    name: 'Customer Success',
    division: 'Revenue',
    costCenter: 'CC-2200',
    titles: ['Customer Success Manager', 'Support Engineer', 'Team Lead — Tier 2'],
  },
  {
    name: 'People',
    division: 'G&A',
    costCenter: 'CC-3100',
    titles: ['HR Business Partner', 'Recruiter', 'Office Manager'],
  },
  {
    name: 'Finance',
    division: 'G&A',
    costCenter: 'CC-3200',
    titles: ['Accountant', 'Controller', 'Chargée de comptabilité', '経理担当'],
  },
]
